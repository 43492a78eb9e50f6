// Values of one attribute that a directory sends in parts: "member;range=0-1499" (Active Directory, MS-ADTS section
// 3.1.1.3.1.3.3). Pure, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirlease {

struct ValueRange {
  std::string type;             // without the option
  int64_t first = 0;            // number of the first value, from 0
  std::optional<int64_t> last;  // absent: "*", up to the end
};

// Empty: `description` has no such option, or none that makes sense.
std::optional<ValueRange> ParseValueRange(std::string_view description);
// Whether it has one at all.
bool HasRangeOption(std::string_view description);
// What asks for all values from that one on.
std::string ValuesFrom(std::string_view type, int64_t first);

}  // namespace dirlease
