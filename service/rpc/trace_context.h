// W3C Trace Context (www.w3.org/TR/trace-context, section 3.2). Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace dirlease {

// The trace id in the header "traceparent", 32 hexadecimal digits; empty when the header is malformed.
std::string TraceIdOf(std::string_view traceparent);

}  // namespace dirlease
