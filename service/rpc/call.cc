#include "rpc/call.h"

#include "rpc/convert_request.h"

namespace dirlease {

Outcome<BudgetCharge> ChargeRequest(ByteBudget& budget, size_t octets) {
  const size_t held = 2 * octets;  // as it came and as it is sent
  if (held > ByteBudget::kSmallOctets && budget.used() + held > budget.limit()) {
    return Failure{.code = absl::StatusCode::kResourceExhausted,
                   .reason = "MEMORY_SCARCE",
                   .message = "the gateway's memory budget is used up: try again later",
                   .retry_delay = absl::Seconds(1)};
  }
  return BudgetCharge(budget, held);
}

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

bool UnaryCall::Charge(size_t request_octets) {
  auto charge = ChargeRequest(manager_.budget(), request_octets);
  if (charge.ok()) {
    request_charge_ = std::move(charge.value());
  } else {
    Fail(charge.failure());
  }
  return charge.ok();
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
