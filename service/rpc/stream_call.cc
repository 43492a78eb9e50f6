#include "rpc/stream_call.h"

#include <utility>

namespace dirlease {

StreamCall::StreamCall(SessionManager& manager, CallInfo info, const char* method, std::string session,
                       std::string operation_id, size_t request_octets, Outcome<OperationRequest> request)
    : manager_(manager),
      info_(std::move(info)),
      method_(method),
      session_field_(std::move(session)),
      operation_id_(std::move(operation_id)),
      request_octets_(request_octets),
      request_(std::move(request)) {}

MessageStream::Surroundings StreamCall::Surroundings() const {
  return {manager_.loop(), manager_.budget(), manager_.telemetry(), manager_.stall_deadline()};
}

void StreamCall::Start() {
  stream().Start();
  if (const auto failure = Begin()) stream().Refuse(*failure);
}

std::optional<Failure> StreamCall::Begin() {
  if (!request_.ok()) return request_.failure();
  auto session = FindLease(manager_, info_, session_field_);
  if (!session.ok()) return session.failure();
  auto charge = ChargeRequest(manager_.budget(), request_octets_);
  if (!charge.ok()) return charge.failure();
  request_charge_ = std::move(charge.value());
  auto begun = session.value()->Begin({operation_id_, method_, info_.origin()}, std::move(request_.value()), stream());
  if (!begun.ok()) return begun.failure();
  stream().OnBegun(*begun.value(), session.value()->facts().session_id, session.value()->facts().target);
  return std::nullopt;
}

}  // namespace dirlease
