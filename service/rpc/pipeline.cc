#include "rpc/pipeline.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "rpc/convert_request.h"
#include "rpc/pipeline_reply.h"

namespace dirlease {

namespace {

Failure IdOfNoCall(uint64_t id) {
  return InvalidField("calls.id", id == 0 ? "is 0: number calls from 1"
                                          : "is that of a call that still runs: choose another, or wait for its last reply");
}

MessageQueue::Surroundings SurroundingsOf(SessionManager& manager) {
  return {manager.loop(), manager.budget(), manager.telemetry(), manager.stall_deadline()};
}

}  // namespace

Pipeline::Pipeline(SessionManager& manager, CallInfo info, PipelineCaller& caller)
    : MessageQueue(caller, SurroundingsOf(manager), "Pipeline", kBatchReplies, Patience::kEachWrite),
      manager_(manager),
      info_(std::move(info)),
      caller_(caller),
      self_(std::make_shared<Pipeline*>(this)) {
  context_.operation = "Pipeline";
}

Pipeline::~Pipeline() {
  assert(running_.empty() && session_ == nullptr);
  *self_ = nullptr;
}

void Pipeline::Start() {
  MessageQueue::Start();
  // Without one in the metadata, the first message has it.
  if (!info_.token.empty() && !TakeLease("")) return;
  Read();
}

bool Pipeline::TakeLease(const std::string& field) {
  const auto found = FindLease(manager_, info_, field);
  const auto ticket = found.ok() ? manager_.Hold(*found.value(), *this, {}) : Outcome<Holds::Ticket>(found.failure());
  if (!ticket.ok()) {
    FinishNow(StatusFromFailure(ticket.failure(), context_));
    return false;
  }
  session_ = found.value();
  token_ = info_.token.empty() ? field : info_.token;
  ticket_ = ticket.value();
  context_.session_id = session_->facts().session_id;
  context_.target = session_->facts().target;
  if (manager_.draining()) OnDraining(manager_.grace_end());
  return true;
}

void Pipeline::Read() {
  if (reading_ || finished() || state_ != State::kReading || waits() || paused()) return;
  reading_ = true;
  caller_.Read();
}

void Pipeline::OnMessage(PipelineMessage message) {
  reading_ = false;
  if (finished() || state_ == State::kEnding) return;
  if (message.failure) return BreakOff(*message.failure);
  if (session_ == nullptr) {
    if (!TakeLease(message.session)) return;
  } else {
    const auto token = ChooseToken(token_, message.session);
    if (!token.ok()) return BreakOff(token.failure());
  }
  message_ = std::move(message);
  next_item_ = 0;
  message_time_ = loop().Now();
  message_charge_ = BudgetCharge(manager_.budget(), message_.octets);
  TakeUp();
  Read();
}

void Pipeline::OnHalfClose() {
  reading_ = false;
  if (finished() || state_ == State::kEnding) return;
  // Nobody has said which lease it is about.
  if (session_ == nullptr && !TakeLease("")) return;
  state_ = State::kHalfClosed;
  InLaterTurn();
}

void Pipeline::TakeUp() {
  while (MayTakeUp() && TakeUpNext()) {
  }
  if (!waits() && message_.octets != 0) DropWaiting();
}

bool Pipeline::TakeUpNext() {
  PipelineMessage::Item& next = message_.items[next_item_];
  if (next.call != nullptr && !session_->has_room()) {
    session_->AwaitRoom(*this);
    return false;
  }
  PipelineMessage::Item item = std::move(next);
  ++next_item_;
  Begin(std::move(item));
  return true;
}

void Pipeline::Begin(PipelineMessage::Item item) {
  if (item.abandon) {
    const auto running = running_.find(*item.abandon);
    if (running != running_.end()) running->second->End(EndCause::kAbandoned);
  } else if (item.id == 0 || running_.contains(item.id)) {
    BreakOff(IdOfNoCall(item.id));
  } else if (item.refusal != nullptr) {
    ReplyRefused(item);
  } else {
    PipelinedCall& call = *item.call;
    running_.emplace(item.id, std::move(item.call));
    call.Start(*this, loop().Now() - message_time_);
  }
}

void Pipeline::ReplyRefused(const PipelineMessage::Item& item) {
  const RpcStatus status = StatusFromFailure(*item.refusal, context_);
  Reply(status.details.size(), [&](WireMessage& out) { AppendReply(item.id, 0, {}, &status, out); });
  InLaterTurn();
}

void Pipeline::DropWaiting() {
  message_ = {};
  next_item_ = 0;
  message_charge_ = {};
}

void Pipeline::EndWith(RpcStatus status) {
  if (finished() || state_ == State::kEnding) return;
  state_ = State::kEnding;
  end_ = std::move(status);
  if (session_ != nullptr) session_->StopAwaitingRoom(*this);
  InLaterTurn();
}

void Pipeline::BreakOff(const Failure& failure) {
  EndWith(failure);
  EndAll(EndCause::kCancelled);
}

// Each replies within, and with that runs no more.
void Pipeline::EndAll(EndCause cause) {
  while (!running_.empty()) running_.begin()->second->End(cause);
}

void Pipeline::FinishIfDone() {
  if (finished() || end_given() || !running_.empty()) return;
  if (state_ == State::kEnding) {
    FinishAfterQueue(*end_);
  } else if (waits()) {
    return;
  } else if (state_ == State::kHalfClosed) {
    FinishAfterQueue({});
  } else if (draining_) {
    FinishAfterQueue(StatusFromEnd({.cause = EndCause::kDraining}, context_));
  }
}

void Pipeline::InLaterTurn() {
  if (std::exchange(turn_posted_, true)) return;
  loop().Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->OnTurn();
  });
}

void Pipeline::OnTurn() {
  replied_.clear();
  if (state_ == State::kEnding) DropWaiting();
  TakeUp();
  FinishIfDone();
  WriteIfIdle();
  Read();
  turn_posted_ = false;
  if (!replied_.empty()) InLaterTurn();  // some were refused at once
}

void Pipeline::Reply(size_t octets, absl::FunctionRef<void(WireMessage&)> append) {
  if (silent_) return;
  Add(octets, append);
  ++held_replies_;
  ApplyMarks();
}

void Pipeline::OnGathers(PipelinedCall& call) {
  gathering_.push_back(&call);
  ApplyMarks();
  InLaterTurn();
}

void Pipeline::OnReplied(PipelinedCall& call) {
  std::erase(gathering_, &call);
  auto node = running_.extract(call.id());
  replied_.push_back(std::move(node.mapped()));
  InLaterTurn();
}

// A message costs many times what a reply costs, here and at the caller, and while calls wait for the directory nobody is
// idle for want of it.
bool Pipeline::HoldsBack() {
  const size_t held = held_replies_ + gathering_.size();
  if (state_ == State::kEnding || end_given() || session_ == nullptr) return false;
  if (held == 0 || session_->waiting_operations() < held) return false;
  return Hold(kLongestHold);
}

void Pipeline::Gather() {
  for (PipelinedCall* call : std::exchange(gathering_, {})) call->Flush();
  held_replies_ = 0;
}

void Pipeline::GiveUpAll(EndCause cause) {
  silent_ = true;
  state_ = State::kEnding;
  EndAll(cause);
  FinishNow(StatusFromEnd({.cause = cause}, context_));
  InLaterTurn();
}

void Pipeline::SetPaused(bool paused) {
  if (std::exchange(calls_paused_, paused) == paused) return;
  for (const auto& [id, call] : running_) call->SetPaused(paused);
  if (!paused) InLaterTurn();
}

void Pipeline::OnFinished() {
  Session* const session = std::exchange(session_, nullptr);
  if (session == nullptr) return;
  session->StopAwaitingRoom(*this);
  manager_.Release(ticket_);
}

void Pipeline::OnDraining(absl::Time) {
  draining_ = true;
  InLaterTurn();
}

void Pipeline::OnLeaseEnded(const OperationEnd& end) {
  EndWith(StatusFromEnd(end, context_));
  session_->StopAwaitingRoom(*this);
  session_ = nullptr;
}

void Pipeline::OnRoom() {
  TakeUp();
  Read();
}

}  // namespace dirlease
