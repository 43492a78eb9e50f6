#include "rpc/hold_call.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "rpc/convert_request.h"
#include "rpc/convert_session.h"
#include "rpc/convert_time.h"
#include "rpc/heartbeat.h"

namespace dirlease {

namespace {

using Response = v1::HoldSessionResponse;

constexpr absl::Duration kLongestNotice = absl::Minutes(5);

v1::Session::State EndStateOf(EndCause cause) {
  return cause == EndCause::kLost ? v1::Session::STATE_LOST : v1::Session::STATE_CLOSED;
}

}  // namespace

Outcome<HoldOptions> HoldFromProto(const v1::HoldSessionRequest& request) {
  const auto heartbeat = HeartbeatFromProto(request.has_heartbeat_interval() ? &request.heartbeat_interval() : nullptr);
  if (!heartbeat.ok()) return heartbeat.failure();
  const auto grace = DurationFromProto(request.tether_grace());
  if (!grace || *grace < absl::ZeroDuration()) {
    return InvalidField("tether_grace",
                        "is negative or no valid duration; leave it unset to unbind at once");
  }
  return HoldOptions{.tether = {.tied = request.tether(), .grace = *grace},
                     .heartbeat_interval = heartbeat.value()};
}

HoldCall::HoldCall(SessionManager& manager, CallInfo info, HoldWriter& writer,
                   const v1::HoldSessionRequest& request)
    : manager_(manager),
      info_(std::move(info)),
      request_(request),
      options_(HoldFromProto(request)),
      context_{.operation = "HoldSession"},
      stream_(writer, manager.loop(), manager.stall_deadline(),
              [this](const RpcStatus& status) { TellTelemetry(status); }) {}

HoldCall::~HoldCall() { assert(session_ == nullptr); }

void HoldCall::Start() {
  start_time_ = manager_.loop().Now();
  if (!options_.ok()) return Refuse(options_.failure());
  if (Session* session = Find()) BeginHolding(*session);
}

Session* HoldCall::Find() {
  const auto token = ChooseToken(info_.token, request_.session());
  if (!token.ok()) {
    Refuse(token.failure());
    return nullptr;
  }
  const auto session = manager_.Find(info_.caller, token.value());
  if (!session.ok()) {
    Refuse(session.failure());
    return nullptr;
  }
  context_.session_id = session.value()->facts().session_id;
  context_.target = session.value()->facts().target;
  return session.value();
}

void HoldCall::BeginHolding(Session& session) {
  const auto ticket = manager_.Hold(session, *this, options_.value().tether);
  if (!ticket.ok()) return Refuse(ticket.failure());
  ticket_ = ticket.value();
  session_ = &session;
  ArmTimers(session);
  stream_.Send(Make(Response::EVENT_HELD));
  if (manager_.draining()) OnDraining(manager_.grace_end());
}

void HoldCall::ArmTimers(const Session& session) {
  EventLoop& loop = manager_.loop();
  const LeaseTable::View lease = manager_.Describe(session).lease;
  const absl::Duration notice = ExpiryNotice(lease.max_expire_time - lease.create_time);
  expiring_ = loop.NewTimer([this, end = lease.max_expire_time] {
    HoldStream::Event event = Make(Response::EVENT_EXPIRING);
    event.until = end;
    stream_.Send(std::move(event));
  });
  expiring_->ArmAt(lease.max_expire_time - notice);
  if (options_.value().heartbeat_interval == absl::ZeroDuration()) return;
  heartbeat_ = loop.NewTimer([this] { SendHeartbeat(); });
  heartbeat_->ArmAt(loop.Now() + options_.value().heartbeat_interval);
}

absl::Duration HoldCall::ExpiryNotice(absl::Duration max_age) {
  return std::min(kLongestNotice, max_age / 10);
}

void HoldCall::SendHeartbeat() {
  heartbeat_->ArmAt(manager_.loop().Now() + options_.value().heartbeat_interval);
  stream_.Send(Make(Response::EVENT_HEARTBEAT));
}

HoldStream::Event HoldCall::Make(Kind kind) const {
  HoldStream::Event event;
  event.message.set_event(kind);
  DescriptionToProto(manager_.Describe(*session_), *event.message.mutable_session());
  return event;
}

void HoldCall::OnDraining(absl::Time end) {
  HoldStream::Event event = Make(Response::EVENT_DRAINING);
  event.until = end;
  stream_.Send(std::move(event));
}

void HoldCall::OnLeaseEnded(const OperationEnd& end) {
  HoldStream::Event event = Make(Response::EVENT_ENDED);
  event.message.mutable_session()->set_state(EndStateOf(end.cause));
  session_ = nullptr;
  StopTimers();
  stream_.SendLast(std::move(event), StatusFromEnd(end, context_));
}

void HoldCall::OnWriteDone(bool ok) {
  if (!ok) Cancel();
  stream_.OnWriteDone(ok);
}

void HoldCall::Cancel() {
  StopTimers();
  stream_.FinishNow(StatusFromEnd({.cause = EndCause::kCancelled}, context_));
  if (std::exchange(session_, nullptr) != nullptr) manager_.Release(ticket_);
}

void HoldCall::Refuse(const Failure& failure) {
  stream_.FinishNow(StatusFromFailure(failure, context_));
}

void HoldCall::TellTelemetry(const RpcStatus& status) {
  manager_.telemetry().OnRpcEnded(*context_.operation, static_cast<absl::StatusCode>(status.code),
                                  manager_.loop().Now() - start_time_);
}

void HoldCall::StopTimers() {
  heartbeat_.reset();
  expiring_.reset();
}

}  // namespace dirlease
