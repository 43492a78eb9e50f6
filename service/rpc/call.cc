#include "rpc/call.h"

#include "rpc/convert_request.h"

namespace dirlease {

RpcStatus StatusFromCallError(const CallError& error, const StatusContext& context) {
  if (const auto* failure = std::get_if<Failure>(&error)) return StatusFromFailure(*failure, context);
  return StatusFromEnd(std::get<OperationEnd>(error), context);
}

void UnaryCall::Finish(const RpcStatus& status) {
  manager_.telemetry().OnRpcEnded(*context_.operation, static_cast<absl::StatusCode>(status.code),
                                  manager_.loop().Now() - start_time_);
  std::exchange(responder_, nullptr)->Finish(status);
}

void UnaryCall::FinishCancelled() {
  if (!finished()) Finish(StatusFromEnd({.cause = EndCause::kCancelled}, context_));
}

Session* UnaryCall::FindSession(const std::string& field) {
  const auto token = ChooseToken(info_.token, field);
  if (!token.ok()) {
    Fail(token.failure());
    return nullptr;
  }
  auto session = manager_.Find(info_.caller, token.value());
  if (!session.ok()) {
    Fail(session.failure());
    return nullptr;
  }
  context_.session_id = session.value()->facts().session_id;
  context_.target = session.value()->facts().target;
  return session.value();
}

}  // namespace dirlease
