// What a person does next, by the reason of a failure. Pure, thread-safe.
#pragma once

#include <string_view>

namespace dirlease::cli {

// What was called, where that changes the advice.
enum class CallKind { kRead, kGet, kWrite, kExtended };

// A call that changes the directory, or may.
constexpr bool IsWrite(CallKind kind) { return kind == CallKind::kWrite || kind == CallKind::kExtended; }

// `reason` is an ErrorInfo reason, may be empty; else the gRPC code decides. Empty when there is no
// better advice than the failure's own text. Static storage.
std::string_view AdviceFor(std::string_view reason, int grpc_code, CallKind kind = CallKind::kRead);

// For a write that may have happened, or not.
std::string_view OutcomeUnknownAdvice();

}  // namespace dirlease::cli
