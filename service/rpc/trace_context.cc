#include "rpc/trace_context.h"

#include <algorithm>

namespace dirlease {

namespace {
constexpr size_t kVersionSize = 3;  // with its dash
constexpr size_t kTraceIdSize = 32;
constexpr size_t kHeaderSize = 55;

bool IsLowerHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
}  // namespace

std::string TraceIdOf(std::string_view traceparent) {
  // Later versions may be longer, never shorter.
  if (traceparent.size() < kHeaderSize || traceparent[2] != '-' || traceparent[35] != '-') return "";
  const std::string_view id = traceparent.substr(kVersionSize, kTraceIdSize);
  const bool all_zero = std::all_of(id.begin(), id.end(), [](char c) { return c == '0'; });
  if (all_zero || !std::all_of(id.begin(), id.end(), IsLowerHex)) return "";
  return std::string(id);
}

}  // namespace dirlease
