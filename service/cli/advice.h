// What a person does next, by the reason of a failure. Pure, thread-safe.
#pragma once

#include <string_view>

namespace dirlease::cli {

// `reason` is an ErrorInfo reason, may be empty; else the gRPC code decides. Empty when there is no
// better advice than the failure's own text. Static storage.
std::string_view AdviceFor(std::string_view reason, int grpc_code);

}  // namespace dirlease::cli
