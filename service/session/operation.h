// One operation of a lease, from the call to its one OnEnd. The state machine of promise 1:
//
//             place free: request sent           result with a paging cookie
//   kQueued ---------------------------> kRunning -------------------------> kBetweenPages
//      |                                  |  |  ^                              |  |
//      | End: no PDU          final result|  |  +------ next page sent --------+  |
//      |                        or loss   |  | End: one Abandon                   | End: no PDU
//      v                                  v  v                                    v
//      +------------------------------> kEnded: the sink's OnEnd, once <----------+
//
// Where the target follows referrals there is kFollowing between the last result and kEnded: other directories are asked
// (session/referrals/referral_chase.h), whose requests End ends as it would its own.
//
// Client cancel, deadline, connection loss, Abandon, Unbind, expiry and drain all come in through End. One way leads
// back: what was sent on an extra connection that was lost before it answered anything is kQueued again
// (OnConnectionLost).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "base/event_loop.h"
#include "ldap/connection.h"
#include "model/operation.h"
#include "model/requests.h"
#include "session/origin.h"
#include "session/page_control.h"
#include "session/page_turns.h"

namespace dirlease {

class Following;
class Session;

// Loop thread only. Owned by its Session; whoever started it may use it until its sink's OnEnd.
class Operation final : private Connection::Exchange, private PageTurns::Taker {
 public:
  enum class State { kQueued, kRunning, kBetweenPages, kFollowing, kEnded };
  struct Name {
    std::string id;           // unique on the lease while it runs
    std::string_view method;  // RPC method, constant text
    Origin origin = {};
  };

  Operation(Session& session, Name name, OperationRequest request, OperationSink& sink);
  // REQUIRES: ended.
  ~Operation() override;

  // Ends it now, whatever its state; later calls do nothing. The sink hears OnEnd within this call.
  void End(EndCause cause);

  // The reader holds as much as it may: take no more of the directory for it. Both are idempotent. How long is the sink's
  // business, but for a lease where others went on for too long: it ends kSlowConsumer sooner.
  void Pause();
  void Resume();

  // From now on the directory only tells what changes: it takes no place of the connection's any more. Nothing unless it
  // runs.
  void ReleasePlace();

  const std::string& id() const { return name_.id; }
  std::string_view method() const { return name_.method; }
  State state() const { return state_; }
  int message_id() const { return message_id_; }  // of the latest request; 0 = none was sent
  // That of the lease's connections on which it was sent, from 0.
  int connection_number() const { return connection_number_; }
  absl::Time start_time() const { return start_time_; }
  const Origin& origin() const { return name_.origin; }
  // Without the values that it writes once it was sent (where referrals are followed: once it has ended): they are wiped
  // then.
  const OperationRequest& request() const { return request_; }
  // From the call until the first request was sent, or until now.
  absl::Duration waiting_time() const;
  // From the first request's sending until now; zero before.
  absl::Duration upstream_time() const;
  // ... until the first response; empty: there was none.
  std::optional<absl::Duration> first_response_time() const;
  int64_t entries() const { return entries_; }
  uint64_t entry_octets() const { return entry_octets_; }  // of their names and values
  bool abandoned() const { return abandoned_; }            // an Abandon PDU was sent

 private:
  friend class Following;
  friend class Session;

  // For Session: what it waits for, and sending. REQUIRES: kQueued, or kBetweenPages and wants_page(), and then the
  // same connection.
  bool MayStart() const;
  // False: others' pages come first. REQUIRES: MayStart(); Start follows at once if true.
  bool TakeTurn();
  void Start(Connection& connection);
  // Where it was sent; null = nowhere, or it is done there.
  Connection* connection() const { return connection_; }
  // It need not run on the lease's first connection.
  bool runs_anywhere() const { return runs_anywhere_; }
  // A next page is due and the reader has room.
  bool wants_page() const { return state_ == State::kBetweenPages && !paused_; }
  bool pages() const { return pages_ != nullptr; }
  bool needs_page_slot() const { return pages() || caller_pages_; }
  void NoteCallersPage(const LdapResult& result);

  void OnTurn() override;
  void LeaveTurns();
  void OnResponse(const ResponseView& response) override;
  void OnConnectionLost(const LdapResult& last_word) override;
  void OnEntry(const EntryView& entry);
  void OnReference(const ReferenceView& reference);
  void OnResult(const ResponseView& response);
  // Ends with this, or asks elsewhere first.
  void Conclude(OperationEnd&& end);
  bool AnswersNothing(int code) const;
  // The caller's controls and our own.
  std::vector<Control> Controls() const;
  LdapHandle::Sent SendRequest(LdapHandle& handle);
  void AbandonRequest();
  bool MayBeSentAgain() const;
  void SendAgain();
  void DecidePaging();
  void SetPausedOnConnection(bool paused);
  void LimitPause();
  void Finish(OperationEnd&& end);

  Session& session_;
  const Name name_;
  OperationRequest request_;
  OperationSink& sink_;
  const absl::Time start_time_;

  State state_ = State::kQueued;
  bool runs_anywhere_;
  Connection* connection_ = nullptr;
  int connection_number_ = 0;
  int message_id_ = 0;
  uint64_t sent_octets_ = 0;  // of the connection, this request included
  absl::Time send_time_ = absl::InfiniteFuture();  // of the first request
  absl::Time first_response_time_ = absl::InfiniteFuture();
  int64_t entries_ = 0;
  uint64_t entry_octets_ = 0;
  bool abandoned_ = false;
  bool paused_ = false;             // the reader asked for it
  bool connection_paused_ = false;  // and the connection was told
  absl::Time pause_time_;           // when, if so
  std::unique_ptr<Timer> pause_timer_;  // null = never needed
  bool caller_pages_ = false;           // by a control of his own: one page of a search
  std::unique_ptr<PageControl> pages_;  // null = the gateway pages nothing
  std::unique_ptr<Following> following_;  // null = it was referred nowhere, or nothing is followed
};

}  // namespace dirlease
