#include "cli/color.h"

#include <cstdlib>
#include <string_view>

namespace dirlease::cli {
namespace {

std::string_view Variable(const char* name) {
  const char* const value = getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

bool UseColor(ColorChoice choice, bool is_terminal) {
  if (choice != ColorChoice::kAuto) return choice == ColorChoice::kAlways;
  return is_terminal && Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
}

}  // namespace dirlease::cli
