// Writes BER elements (X.690, definite lengths in the fewest octets) into strings: for control values, which are small. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ber_tags.h"

namespace dirlease {

std::string BerElement(uint8_t tag, std::string_view content);
// In the fewest octets.
std::string BerIntegerElement(int value);
std::string BerTrueElement(uint8_t tag);

}  // namespace dirlease
