#include "cli/trace_parent.h"

#include <cstdlib>
#include <regex>

namespace dirlease::cli {

std::string TraceParent() {
  static const std::regex form("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
  const char* const value = std::getenv("TRACEPARENT");
  return value != nullptr && std::regex_match(value, form) ? value : "";
}

}  // namespace dirlease::cli
