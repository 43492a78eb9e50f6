// BER's universal types that LDAP uses, as their identifier octets (X.690 section 8.1.2).
#pragma once

#include <cstdint>

namespace dirlease {

inline constexpr uint8_t kBerBoolean = 0x01;
inline constexpr uint8_t kBerInteger = 0x02;
inline constexpr uint8_t kBerOctetString = 0x04;
inline constexpr uint8_t kBerEnumerated = 0x0a;
inline constexpr uint8_t kBerSequence = 0x30;
inline constexpr uint8_t kBerSet = 0x31;

}  // namespace dirlease
