// A lease at work: one bound connection, or a few to the same server, the operations on them, and the one way in which
// all of that ends.
//
//   kActive --Close(cause), reads told first--> kClosing --socket closed--> kClosed
//      |  \--CloseWhenIdle: no new operations--> kClosing
//      +---- directory lost ----> kClosing (the handle is unbound, the operations were told kLost)
//
// While a bind is under way on it (session/lease_bind.h) it refuses operations.
//
// Loop thread only. Owned by the SessionManager, which destroys it after OnSessionClosed.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "base/event_loop.h"
#include "ldap/connection.h"
#include "model/failure.h"
#include "session/bound_identity.h"
#include "session/directory_features.h"
#include "session/extra_connections.h"
#include "session/lease_bind.h"
#include "session/lease_table.h"
#include "session/operation.h"

namespace dirlease {

// FAILED_PRECONDITION / BIND_IN_PROGRESS.
Failure BindInProgress();

class PageTurns;
class ReferralConnections;

class Session final : private Connection::Observer, private ExtraConnections::Observer {
 public:
  enum class State { kActive, kClosing, kClosed };

  class Observer {
   public:
    virtual ~Observer() = default;
    // The first operation began, the last one ended: what holds the lease's idle time.
    virtual void OnSessionBusy(Session& session) = 0;
    virtual void OnSessionIdle(Session& session) = 0;
    // Told before its sink is.
    virtual void OnOperationEnded(Session& session, const Operation& operation,
                                  const OperationEnd& end) = 0;
    // The directory is gone; the session closes by itself.
    virtual void OnSessionLost(Session& session, const LdapResult& last_word) = 0;
    // Handle unbound, socket closed, everything told. Last call; destroy the session in a later turn.
    virtual void OnSessionClosed(Session& session) = 0;
  };

  struct Facts {
    std::string session_id;  // public, safe in logs
    std::string owner;
    std::string target;
    std::string label;
    std::string bind_name;
    std::string uri;
    DirectoryFeatures features;
    // As BoundIdentity has them.
    std::string sasl_mechanism = {};
    std::string profile = {};
    std::string authorization_id = {};
    std::string identity_key = {};  // BoundIdentity::key
    std::optional<Control> proxied_authorization = {};
    // Whose certificate the connection shows, a profile's; null = the target's own. Lives as long as the profiles.
    const TargetConfig* connected_with = nullptr;
  };
  struct Limits {
    size_t most_operations = 64;  // queued ones included
    // slapd counts them among the requests that it executes for a connection, and with the eighth it answers nothing else.
    size_t most_persisting_syncs = 7;
    // Of an operation's reader who takes nothing, which stops the whole connection's input.
    absl::Duration stall_deadline = absl::Seconds(30);
  };
  // Whoever would rather wait than be refused for too many operations.
  class RoomWaiter {
   public:
    virtual ~RoomWaiter() = default;
    // One more may begin. Comes from the loop, once; whoever still waits asks again.
    virtual void OnRoom() = 0;
  };

  // `connection`, the first one, is bound, or will be by a bind that is set at once; its observer becomes this session.
  Session(EventLoop& loop, Observer& observer, LeaseId lease, Facts facts, Limits limits,
          std::unique_ptr<Connection> connection);
  // REQUIRES: kClosed.
  ~Session() override;

  // From now on its operations follow referrals over these. Once, before the first one.
  void FollowReferrals(std::unique_ptr<ReferralConnections> connections);

  // From now on its searches' next pages take turns with those of others. `turns` must outlive it. Once, before the first
  // operation.
  void TakeTurns(PageTurns& turns) { page_turns_ = &turns; }

  // From now on it has further connections when operations wait for places. Once, before the first operation.
  void AddConnections(ExtraConnections::Services services);
  bool has_extras() const { return extras_ != nullptr; }
  // How to bind them, from now on. REQUIRES: has_extras(), and as ExtraConnections has it.
  void SetBindAgain(BindAgain bind) { extras_->SetBind(std::move(bind)); }

  // Starts an operation or queues it. An empty id: the session names it. Refused: too many, or the id is in use.
  // The sink must live until its OnEnd, which never comes within this call.
  Outcome<Operation*> Begin(Operation::Name name, OperationRequest request, OperationSink& sink);
  // False: one more would be refused now, for too many.
  bool has_room() const { return operations_.size() < limits_.most_operations; }
  // In order of asking. `waiter` must live until its OnRoom, StopAwaitingRoom or the session's end. Twice is once.
  void AwaitRoom(RoomWaiter& waiter);
  void StopAwaitingRoom(RoomWaiter& waiter) { std::erase(room_waiters_, &waiter); }
  // Ends the named operation kAbandoned. False: none of that name runs.
  bool Abandon(std::string_view operation_id);
  // Ends all operations with `cause`, then unbinds. Later calls do nothing. Returns how many operations it ended.
  int Close(EndCause cause);
  // Whether a bind may start now, which ends the reads that run if `abandon_outstanding`; writes that were sent are never
  // ended. Empty: it may.
  std::optional<Failure> RefusalToBind(bool abandon_outstanding) const;
  void AbandonAll();
  // REQUIRES: !binding(), no operation. Its callback takes it away again.
  LeaseBind& SetBind(Target& target, LeaseBind::Plan plan, LeaseBind::OnStep on_step);
  // In a later turn: it may be on the stack.
  void DropBind();
  // Who it is from now on.
  void Become(const BoundIdentity& identity);
  void SetFeatures(DirectoryFeatures features) { facts_.features = features; }
  // Closes once no operation runs: now, or when the last one ends. Refuses new ones meanwhile.
  void CloseWhenIdle(EndCause cause);

  LeaseId lease() const { return lease_; }
  const Facts& facts() const { return facts_; }
  State state() const { return state_; }
  bool tls() const { return connection_->tls(); }
  // Those that are bound, and those of them that are paused; the first one counts until the session is closed.
  size_t connections() const { return 1 + (has_extras() ? extras_->bound() : 0); }
  size_t paused_connections() const { return (connection_->paused() ? 1 : 0) + (has_extras() ? extras_->paused() : 0); }
  bool binding() const { return bind_ != nullptr; }
  LeaseBind* bind() { return bind_.get(); }  // null = none is under way
  // Whether the directory or the gateway works for it.
  bool busy() const { return !operations_.empty() || (binding() && bind_->step_running()); }
  size_t waiting_operations() const { return waiting_.size(); }
  const std::vector<std::unique_ptr<Operation>>& operations() const { return operations_; }

 private:
  friend class Following;
  friend class Operation;

  // For Operation.
  EventLoop& loop() { return loop_; }
  int NumberOf(const Connection& connection) const { return has_extras() ? extras_->NumberOf(connection) : 0; }
  bool page_slot_free() const { return page_slot_ == nullptr; }
  // A search with the caller's own paging control is between its pages: the connection's cookie is his.
  bool caller_pages() const { return caller_pages_; }
  void set_caller_pages(bool pages) { caller_pages_ = pages; }
  bool owns_page_slot(const Operation& operation) const { return page_slot_ == &operation; }
  void TakePageSlot(Operation& operation) { page_slot_ = &operation; }
  void ReleasePageSlot(const Operation& operation);
  PageTurns* page_turns() { return page_turns_; }  // null = as many as there are
  // `operation` waits; nothing if it cannot start now.
  void StartIfPossible(Operation& operation) { TryToStart(operation); }
  ReferralConnections* referrals() { return referrals_.get(); }  // null = it follows none
  // How long an operation may pause the connection from now on before it ends. Many readers who take nothing one after the
  // other cost hardly more than one: what those used up who ended so is taken off, until none did for a stall deadline.
  // REQUIRES: stalled_lately().
  absl::Duration PauseAllowance() const;
  bool stalled_lately() const { return loop_.Now() < last_stall_ + limits_.stall_deadline; }
  // An operation ended while it paused the connection, for so long.
  void NoteStall(absl::Duration paused);
  // It waits for a place (again): a new operation, or one whose next page is due.
  void Enqueue(Operation& operation);
  void OnOperationEnded(Operation& operation, const OperationEnd& end);
  // A connection was paused or reads again: another one may be the better one for what waits.
  void OnPauseChanged();

  void StartWaiting();
  // False: it waits on.
  bool TryToStart(Operation& operation);
  void StartWaitingInLaterTurn();
  bool has_place() const { return connection_->has_place() || (has_extras() && extras_->has_place()); }
  // Where it can be sent now; null = nowhere.
  Connection* ConnectionFor(const Operation& operation);
  void GrowIfNeeded();
  void TellRoomInLaterTurn();
  void TellRoom();
  void BeginClosing();
  void OnSocketClosed();
  void OnPlaceFree() override { StartWaiting(); }
  void OnConnectionLost(const LdapResult& last_word) override;
  void OnExtraPlaceFree() override { StartWaiting(); }
  void OnExtraLost(Connection& connection, const LdapResult& last_word) override;
  bool CarriesOperation(const Connection& connection) const override { return CarriedBy(connection) != nullptr; }
  Operation* CarriedBy(const Connection& connection) const;

  // Constant after construction.
  EventLoop& loop_;
  Observer& observer_;
  const LeaseId lease_;
  const Limits limits_;

  Facts facts_;  // who it is bound as may change
  std::unique_ptr<Connection> connection_;  // the first one
  std::unique_ptr<LeaseBind> bind_;  // null = none is under way
  std::unique_ptr<ReferralConnections> referrals_;
  std::unique_ptr<ExtraConnections> extras_;  // null = it has its first one only
  State state_ = State::kActive;
  std::optional<EndCause> close_when_idle_;
  std::vector<std::unique_ptr<Operation>> operations_;  // at most limits_.most_operations
  std::deque<Operation*> waiting_;
  PageTurns* page_turns_ = nullptr;
  Operation* page_slot_ = nullptr;  // the one paged search that the connection's cookie belongs to
  bool caller_pages_ = false;
  absl::Duration stalled_;  // since the last time without stalls
  absl::Time last_stall_ = absl::InfinitePast();
  uint64_t last_operation_number_ = 0;
  bool start_posted_ = false;
  std::deque<RoomWaiter*> room_waiters_;
  bool room_posted_ = false;
  std::shared_ptr<Session*> self_;  // tasks in the loop's queue hold it weakly
};

}  // namespace dirlease
