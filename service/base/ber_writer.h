// Writes BER elements (X.690, definite lengths in the fewest octets) into strings: for control values, which are small. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dirlease {

inline constexpr uint8_t kBerBoolean = 0x01;
inline constexpr uint8_t kBerInteger = 0x02;
inline constexpr uint8_t kBerOctetString = 0x04;
inline constexpr uint8_t kBerEnumerated = 0x0a;
inline constexpr uint8_t kBerSequence = 0x30;
inline constexpr uint8_t kBerSet = 0x31;

std::string BerElement(uint8_t tag, std::string_view content);
// In the fewest octets.
std::string BerIntegerElement(int value);
std::string BerTrueElement(uint8_t tag);

}  // namespace dirlease
