#include "rpc/call.h"

#include "rpc/convert_request.h"

namespace dirlease {

namespace {
Failure SessionOfStream() {
  Failure failure = InvalidField("session", "is the stream's: leave it empty in its calls");
  failure.reason = "SESSION_CONFLICT";
  return failure;
}
}  // namespace

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

bool UnaryCall::ChargeRequest() {
  auto charge = dirlease::ChargeRequest(manager_.budget(), request_octets_);
  if (charge.ok()) {
    request_charge_ = std::move(charge.value());
  } else {
    Fail(charge.failure());
  }
  return charge.ok();
}

Outcome<Session*> FindLease(const SessionManager& manager, const CallInfo& info, const std::string& field) {
  const auto token = ChooseToken(info.token, field);
  if (!token.ok()) return token.failure();
  return manager.Find(info.caller, token.value());
}

Session* UnaryCall::FindSession(const std::string& field) {
  Session* const given = responder_->session();
  const auto found = given == nullptr  ? FindLease(manager_, info_, field)
                     : field.empty() ? Outcome<Session*>(given)
                                       : Outcome<Session*>(SessionOfStream());
  if (!found.ok()) {
    Fail(found.failure());
    return nullptr;
  }
  context_.session_id = found.value()->facts().session_id;
  context_.target = found.value()->facts().target;
  return found.value();
}

}  // namespace dirlease
