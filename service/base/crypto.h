// Random numbers and digests, all from OpenSSL. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dirlease {

using Digest = std::array<uint8_t, 32>;

// `count` octets from a generator for secrets. Ends the process when there are none: nothing is safe then.
std::string RandomOctets(size_t count);
// RFC 4648 section 5, without padding. Not wiped: wipe what was secret.
std::string Base64Url(std::string_view octets);
// Lower case.
std::string Hex(std::string_view octets);
Digest Sha256(std::string_view octets);
Digest HmacSha256(std::string_view key, std::string_view octets);
// Takes the same time wherever the two differ.
bool EqualInConstantTime(const Digest& a, const Digest& b);

}  // namespace dirlease
