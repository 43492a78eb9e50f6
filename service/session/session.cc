#include "session/session.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "fmt/format.h"
#include "model/content_sync.h"
#include "session/referrals/referral_connections.h"

namespace dirlease {

namespace {
Failure TooManyOperations(size_t limit) {
  return {.code = absl::StatusCode::kResourceExhausted,
          .reason = "TOO_MANY_OPERATIONS",
          .message = "the lease runs as many operations as it may: wait for one to end or open another lease",
          .metadata = {{"limit", std::to_string(limit)}}};
}

Failure TooManyPersistingSyncs(size_t limit) {
  return {.code = absl::StatusCode::kResourceExhausted,
          .reason = "TOO_MANY_PERSISTING_SYNCS",
          .message = "the lease runs as many persisting Syncs as it may, with more of them a directory may answer nothing "
                     "else on its connection: open another lease",
          .metadata = {{"limit", std::to_string(limit)}}};
}

bool Persists(const OperationRequest& request) {
  return std::any_of(request.controls.begin(), request.controls.end(), [](const Control& control) {
    return control.oid == kSyncRequestOid && AsksToPersist(control.value.value_or(""));
  });
}

Failure SessionClosing() {
  return {.code = absl::StatusCode::kUnauthenticated,
          .reason = "SESSION_CLOSED",
          .message = "the lease was closed: open a new one"};
}

Failure OperationsOutstanding(const char* message) {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "OPERATIONS_OUTSTANDING",
          .message = message};
}

Failure ProfileActsForOne() {
  return {.code = absl::StatusCode::kPermissionDenied,
          .reason = "PROXIED_AUTHORIZATION_DENIED",
          .message = "the lease was opened with a profile, which says for whom it acts: leave out the control"};
}
}  // namespace

Failure BindInProgress() {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "BIND_IN_PROGRESS",
          .message = "a bind is under way on the lease: wait for its end"};
}

Session::Session(EventLoop& loop, Observer& observer, LeaseId lease, Facts facts, Limits limits,
                 std::unique_ptr<Connection> connection)
    : loop_(loop),
      observer_(observer),
      lease_(lease),
      limits_(limits),
      facts_(std::move(facts)),
      connection_(std::move(connection)),
      self_(std::make_shared<Session*>(this)) {
  connection_->SetObserver(*this);
}

Session::~Session() {
  assert(state_ == State::kClosed && operations_.empty() && !binding());
  *self_ = nullptr;
}

void Session::FollowReferrals(std::unique_ptr<ReferralConnections> connections) {
  referrals_ = std::move(connections);
}

void Session::AddConnections(ExtraConnections::Services services) {
  extras_ = std::make_unique<ExtraConnections>(std::move(services), static_cast<ExtraConnections::Observer&>(*this));
}

Outcome<Operation*> Session::Begin(Operation::Name name, OperationRequest request,
                                   OperationSink& sink) {
  if (state_ != State::kActive || close_when_idle_) return SessionClosing();
  if (binding()) return BindInProgress();
  if (!facts_.profile.empty() && CarriesProxiedAuthorization(request)) return ProfileActsForOne();
  if (!has_room()) return TooManyOperations(limits_.most_operations);
  if (Persists(request)) {
    const auto persisting = std::count_if(operations_.begin(), operations_.end(),
                                          [](const auto& operation) { return Persists(operation->request()); });
    if (static_cast<size_t>(persisting) >= limits_.most_persisting_syncs) {
      return TooManyPersistingSyncs(limits_.most_persisting_syncs);
    }
  }
  std::string& id = name.id;
  const auto in_use = [this](const std::string& name) {
    return std::any_of(operations_.begin(), operations_.end(),
                       [&](const auto& other) { return other->id() == name; });
  };
  if (!id.empty() && in_use(id)) {
    return InvalidField("operation_id", "is in use on this lease: choose another");
  }
  while (id.empty() || in_use(id)) id = fmt::format("op-{}", ++last_operation_number_);
  if (operations_.empty()) observer_.OnSessionBusy(*this);
  operations_.push_back(
      std::make_unique<Operation>(*this, std::move(name), std::move(request), sink));
  Operation* operation = operations_.back().get();
  Enqueue(*operation);
  return operation;
}

bool Session::Abandon(std::string_view operation_id) {
  for (const auto& operation : operations_) {
    if (operation->id() != operation_id) continue;
    operation->End(EndCause::kAbandoned);
    return true;
  }
  return false;
}

int Session::Close(EndCause cause) {
  if (state_ != State::kActive) return 0;
  state_ = State::kClosing;
  int ended = 0;
  // The callee of an end may end others.
  for (; !operations_.empty(); ++ended) operations_.back()->End(cause);
  if (binding()) bind_->End({.cause = cause});
  BeginClosing();
  return ended;
}

std::optional<Failure> Session::RefusalToBind(bool abandon_outstanding) const {
  if (state_ != State::kActive || close_when_idle_) return SessionClosing();
  if (binding()) return BindInProgress();
  const auto writes = [](const auto& operation) {
    const auto state = operation->state();
    const bool sent = state == Operation::State::kRunning || state == Operation::State::kFollowing;
    return sent && MayWrite(operation->request());
  };
  if (std::any_of(operations_.begin(), operations_.end(), writes)) {
    return OperationsOutstanding("a write runs on the lease: wait for its end");
  }
  if (!operations_.empty() && !abandon_outstanding) {
    return OperationsOutstanding("operations run on the lease: wait for their end, or say abandon_outstanding");
  }
  return std::nullopt;
}

void Session::AbandonAll() {
  while (!operations_.empty()) operations_.back()->End(EndCause::kAbandoned);
}

LeaseBind& Session::SetBind(Target& target, LeaseBind::Plan plan, LeaseBind::OnStep on_step) {
  assert(!binding() && operations_.empty());
  // They are whoever the lease was.
  if (referrals_ != nullptr) referrals_->CloseAll();
  if (has_extras()) extras_->CloseAll();
  bind_ = std::make_unique<LeaseBind>(loop_, target, *connection_, std::move(plan), std::move(on_step));
  return *bind_;
}

void Session::DropBind() { loop_.DeferDelete(std::move(bind_)); }

void Session::Become(const BoundIdentity& identity) {
  facts_.bind_name = identity.bind_name;
  facts_.sasl_mechanism = identity.sasl_mechanism;
  facts_.profile = identity.profile;
  facts_.authorization_id = identity.authorization_id;
  facts_.identity_key = identity.key;
  facts_.proxied_authorization = identity.proxied_authorization;
  caller_pages_ = false;  // the cookie was another one's
}

void Session::CloseWhenIdle(EndCause cause) {
  if (operations_.empty()) {
    Close(cause);
  } else {
    close_when_idle_ = cause;
  }
}

absl::Duration Session::PauseAllowance() const {
  // Who reads takes what stands above the low mark in less.
  const absl::Duration least = limits_.stall_deadline / 15;
  return std::max(least, limits_.stall_deadline - stalled_);
}

void Session::NoteStall(absl::Duration paused) {
  // Before, it may as well have been cancelled for another reason.
  if (!stalled_lately() && paused < limits_.stall_deadline / 2) return;
  stalled_ = paused + (stalled_lately() ? stalled_ : absl::ZeroDuration());
  last_stall_ = loop_.Now();
}

void Session::Enqueue(Operation& operation) {
  // It waits already when its reader paused and resumed between two pages.
  if (std::find(waiting_.begin(), waiting_.end(), &operation) == waiting_.end()) {
    waiting_.push_back(&operation);
  }
  StartWaitingInLaterTurn();
}

void Session::OnOperationEnded(Operation& operation, const OperationEnd& end) {
  observer_.OnOperationEnded(*this, operation, end);
  std::erase(waiting_, &operation);
  ReleasePageSlot(operation);
  const auto place = std::find_if(operations_.begin(), operations_.end(),
                                  [&](const auto& o) { return o.get() == &operation; });
  loop_.DeferDelete(std::move(*place));  // it is on the stack
  operations_.erase(place);
  TellRoomInLaterTurn();
  if (!operations_.empty() || state_ != State::kActive) return;
  observer_.OnSessionIdle(*this);
  if (!close_when_idle_) return;
  // In a later turn: the operation's own end is not told yet.
  loop_.Post([self = self_] {
    if (*self) (*self)->Close(*(*self)->close_when_idle_);
  });
}

void Session::OnPauseChanged() {
  if (has_extras() && !waiting_.empty()) StartWaitingInLaterTurn();
}

void Session::ReleasePageSlot(const Operation& operation) {
  if (page_slot_ != &operation) return;
  page_slot_ = nullptr;
  StartWaitingInLaterTurn();
}

void Session::StartWaitingInLaterTurn() {
  if (std::exchange(start_posted_, true)) return;
  loop_.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->start_posted_ = false;
    (*self)->StartWaiting();
  });
}

void Session::AwaitRoom(RoomWaiter& waiter) {
  if (std::find(room_waiters_.begin(), room_waiters_.end(), &waiter) == room_waiters_.end()) {
    room_waiters_.push_back(&waiter);
  }
}

void Session::TellRoomInLaterTurn() {
  if (room_waiters_.empty() || std::exchange(room_posted_, true)) return;
  loop_.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->room_posted_ = false;
    (*self)->TellRoom();
  });
}

// Each is asked once: who still waits is behind the others then.
void Session::TellRoom() {
  for (size_t left = room_waiters_.size(); left > 0 && !room_waiters_.empty() && has_room(); --left) {
    RoomWaiter* waiter = room_waiters_.front();
    room_waiters_.pop_front();
    waiter->OnRoom();
  }
}

// In order of arrival, but one that waits for the page slot, for its page's turn or for the one connection that it can run on, holds up
// nobody behind it.
void Session::StartWaiting() {
  for (size_t i = 0; i < waiting_.size() && has_place();) {
    if (!TryToStart(*waiting_[i])) ++i;
  }
  GrowIfNeeded();
}

bool Session::TryToStart(Operation& operation) {
  if (state_ != State::kActive) return false;
  Connection* const connection = ConnectionFor(operation);
  if (connection == nullptr || !operation.TakeTurn()) return false;
  std::erase(waiting_, &operation);
  operation.Start(*connection);
  return true;
}

Connection* Session::ConnectionFor(const Operation& operation) {
  if (!operation.MayStart()) return nullptr;
  Connection* own = operation.connection();  // its cookie is that connection's
  if (own == nullptr && operation.runs_anywhere()) return extras_->Choose(*connection_);
  if (own == nullptr) own = connection_.get();
  return own->has_place() ? own : nullptr;
}

void Session::GrowIfNeeded() {
  if (!has_extras() || state_ != State::kActive) return;
  const auto waits_for_any = [](const Operation* operation) {
    return operation->runs_anywhere() && operation->connection() == nullptr && operation->MayStart();
  };
  if (std::any_of(waiting_.begin(), waiting_.end(), waits_for_any)) extras_->Grow();
}

void Session::BeginClosing() {
  if (referrals_ != nullptr) referrals_->CloseAll();
  if (has_extras()) extras_->CloseAll();
  if (!connection_->closed()) connection_->Unbind();
  connection_->WhenSocketClosed([self = self_] {
    if (*self) (*self)->OnSocketClosed();
  });
}

void Session::OnSocketClosed() {
  if (referrals_ != nullptr && !referrals_->closed()) {
    referrals_->WhenClosed([this] { OnSocketClosed(); });
  } else if (has_extras() && !extras_->closed()) {
    extras_->WhenClosed([this] { OnSocketClosed(); });
  } else {
    state_ = State::kClosed;
    observer_.OnSessionClosed(*this);
  }
}

void Session::OnConnectionLost(const LdapResult& last_word) {
  if (state_ != State::kActive) return;
  state_ = State::kClosing;
  // Those that ran were told; those that wait here, or between two pages, were not.
  while (!operations_.empty()) operations_.back()->OnConnectionLost(last_word);
  if (binding()) bind_->End({.cause = EndCause::kLost, .result = last_word});
  observer_.OnSessionLost(*this, last_word);
  BeginClosing();
}

void Session::OnExtraLost(Connection& connection, const LdapResult& last_word) {
  // Those that ran there were told; those between two pages of it were not.
  while (Operation* const operation = CarriedBy(connection)) operation->OnConnectionLost(last_word);
}

Operation* Session::CarriedBy(const Connection& connection) const {
  const auto found = std::find_if(operations_.begin(), operations_.end(), [&](const auto& operation) {
    return operation->connection() == &connection;
  });
  return found == operations_.end() ? nullptr : found->get();
}

}  // namespace dirlease
