// W3C Trace Context from whoever started this command. Thread-safe as getenv is.
#pragma once

#include <string>

namespace dirlease::cli {

// The environment's TRACEPARENT, which goes with each call as the header "traceparent"; empty when
// it is missing or has not the form 00-TRACEID-PARENTID-FLAGS.
std::string TraceParent();

}  // namespace dirlease::cli
