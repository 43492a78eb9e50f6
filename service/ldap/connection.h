// One LDAP handle on its loop: sends requests, hands each response to the exchange it belongs to, abandons, unbinds.
// It knows message ids and flow control; what an operation or a lease is, the session layer knows.
//
// Loop thread only. Ways out: Unbind, or the loss of the directory, whichever comes first; the handle is unbound exactly
// once in both, and the socket is closed in peace behind it (ldap/lingering_close.h).
#pragma once

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "base/byte_budget.h"
#include "base/event_loop.h"
#include "ldap/input_pace.h"
#include "ldap/ldap_handle.h"

namespace dirlease {

class LingeringClose;

class Connection final : private ByteBudget::Reader {
 public:
  // Receiver of the responses to one request.
  class Exchange {
   public:
    virtual ~Exchange() = default;
    // After a kResult response no further call comes. May abandon, pause, start others, and unbind.
    virtual void OnResponse(const ResponseView& response) = 0;
    // Instead of a final response. `last_word`: the directory's notice of disconnection, or code serverDown.
    virtual void OnConnectionLost(const LdapResult& last_word) = 0;
  };
  class Observer {
   public:
    virtual ~Observer() = default;
    // has_place() may be true again. Comes from the loop, never inside a call of this class.
    virtual void OnPlaceFree() = 0;
    // Comes after every exchange was told. The connection is closed then; it may be destroyed in a later turn only.
    virtual void OnConnectionLost(const LdapResult& last_word) = 0;
  };
  using SendFunction = absl::FunctionRef<LdapHandle::Sent(LdapHandle&)>;

  // Operations that execute at the directory at once. slapd lets one connection have half of its threads (16), defers the
  // rest and closes a connection that has too many deferred. An Abandon needs one too: behind eight searches it would wait
  // until one of them has sent everything.
  static constexpr size_t kMostExecuting = 7;
  // With so much unsent, no new request is started (Abandon and Unbind are).
  static constexpr size_t kMostUnsentOctets = 256 * 1024;

  // `loop` and `budget` must outlive the connection; `observer` until Unbind or the loss, or SetObserver.
  Connection(EventLoop& loop, ByteBudget& budget, std::unique_ptr<LdapHandle> handle, Observer& observer);
  // REQUIRES: closed(), and no call of this class on the stack.
  ~Connection() override;

  void SetObserver(Observer& observer) { observer_ = &observer; }

  // True if one more operation may be sent. Binds need not ask.
  bool has_place() const;
  // Sends one request; its responses go to `exchange`, which must live until its final response, its loss or Abandon.
  // REQUIRES: !closed().
  LdapHandle::Sent Send(Exchange& exchange, SendFunction send);
  // One Abandon PDU; `message_id`'s exchange hears nothing more. REQUIRES: its final response was not delivered.
  void Abandon(int message_id);

  // `message_id`'s exchange goes on, but executes no more at the directory: it waits there for what will happen.
  void ReleasePlace(int message_id);

  // Stops and restarts taking responses, counted: somebody holds as much as he may.
  void Pause();
  void Resume();

  // `message_id`'s exchange hears nothing more, and the directory nothing of it: a Bind cannot be abandoned.
  void Forget(int message_id) { Remove(message_id); }

  // REQUIRES: no exchange waits, !closed().
  void Unbind();
  // `callback` comes once, in a later turn, when the directory has closed its side too or was waited for long enough.
  // Destroying the connection before closes the socket at once. REQUIRES: closed(), and not called before.
  void WhenSocketClosed(absl::AnyInvocable<void()> callback);
  bool closed() const { return handle_ == nullptr; }
  // Of all requests so far: what was sent, and how much of it the socket has taken (all that it ever will, once closed).
  uint64_t sent_octets() const;
  uint64_t written_octets() const;
  bool tls() const { return tls_; }
  // As LdapHandle has it. REQUIRES: !closed().
  std::string ChannelBindingOctets(ChannelBinding kind) const { return handle_->ChannelBindingOctets(kind); }
  ByteBudget& budget() { return budget_; }
  // Nothing is read from the directory, because somebody or the budget holds as much as he may.
  bool paused() const { return pauses_ > 0 || parked_; }

 private:
  // The place of an abandoned operation stays taken until a later reply shows that the directory went on, or so long.
  static constexpr absl::Duration kAbandonedPlace = absl::Milliseconds(100);
  static constexpr int kMessagesPerTurn = 128;
  // A message that has begun has to go on at least so fast, as long as we read.
  static constexpr absl::Duration kProgressInterval = absl::Seconds(30);
  static constexpr size_t kProgressOctets = 64 * 1024;

  void OnBudgetFree() override;
  void OnEvents(uint32_t events);
  void Read();
  // False: nothing more to do this turn.
  bool ReadOne(bool& filled);
  void ReadInLaterTurn();
  void Rest();
  void EndRest();
  void Dispatch(const ResponseView& response);
  // Its exchange from the table: whether there was one, and whether it had a place.
  struct Removed {
    bool found = false;
    bool had_place = false;
  };
  Removed Remove(int message_id);
  void FreeAbandonedPlaces();
  void TellPlaceFree();
  void CountPartialMessage();
  void WatchProgress();
  void CheckProgress();
  // What was asked in this turn goes out at its end.
  void FlushInThisTurn();
  void Flush();
  void UpdateInterest();
  void Lose(const LdapResult& last_word);
  void CloseHandle();
  void OnSocketClosed();

  // Constant after construction.
  EventLoop& loop_;
  ByteBudget& budget_;
  const bool tls_;

  Observer* observer_;
  std::unique_ptr<LdapHandle> handle_;  // null = closed
  uint64_t written_at_close_ = 0;
  std::unique_ptr<FdWatch> watch_;
  std::unique_ptr<LingeringClose> closing_;
  bool socket_closed_ = false;
  absl::AnyInvocable<void()> on_socket_closed_;
  absl::flat_hash_map<int, Exchange*> exchanges_;
  absl::flat_hash_set<int> placeless_;  // those of them that take no place
  size_t abandoned_places_ = 0;
  std::unique_ptr<Timer> abandoned_timer_;
  int pauses_ = 0;
  size_t partial_octets_ = 0;  // as charged to the budget
  std::unique_ptr<Timer> progress_timer_;
  bool progress_watched_ = false;  // the timer is armed
  bool progress_excused_ = false;  // a message ended, or we did not read all the time
  size_t progress_octets_ = 0;     // of the message when the interval began
  bool parked_ = false;        // by the budget: its OnBudgetFree comes
  bool hung_up_ = false;       // told by the kernel while not reading: the watch is gone, or it would tell for ever
  bool place_free_posted_ = false;
  bool read_posted_ = false;
  bool flush_posted_ = false;
  InputPace pace_;
  std::unique_ptr<Timer> rest_timer_;
  bool resting_ = false;  // input gathers until the timer fires
  // Tasks in the loop's queue hold it weakly: they find nothing when this is gone.
  std::shared_ptr<Connection*> self_;
};

}  // namespace dirlease
