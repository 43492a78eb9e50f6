// What one operation asks elsewhere, after its own directory has answered: the references of a search, or the referral that
// came instead of an answer (RFC 4511 sections 4.1.10 and 4.5.3).
//
//   noted references, or the referral --Start--> next one --> a place of it: connection, request --> answered
//                                                  ^  \-- no place left: handed to the caller -->-+     |
//                                                  +----------------------------------------------+-----+
//
// One at a time: nothing is asked further while the reader holds as much as he may, and an end is one Abandon at most.
// What the places refer to in their turn is followed before the rest, within the same bounds.
//
// Loop thread only. Owned by its Operation.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "model/operation.h"
#include "session/operation.h"
#include "session/referrals/followed_place.h"
#include "session/referrals/referral_connections.h"

namespace dirlease {

class ReferralChase final : private OperationSink {
 public:
  // Whose chase it is. Any of its calls may end the chase (End), none may destroy it.
  class Follower {
   public:
    virtual ~Follower() = default;
    virtual void OnFollowedEntry(const EntryView& entry) = 0;
    virtual void OnFollowedIntermediate(const IntermediateView& intermediate) = 0;
    // A reference that was not followed, or not to its end; it says why.
    virtual void OnReferenceLeft(const ReferenceView& reference) = 0;
    // Nothing is left to follow. The result is the last directory's, and says whom else was asked.
    virtual void OnChaseEnd(OperationEnd end) = 0;
  };
  // References that are larger in all are the caller's.
  static constexpr size_t kMostReferenceOctets = 16 * 1024;

  // `original` is the request as it was sent, with the values that it writes; it outlives this, as all of them do. `own` is
  // the URI of the operation's own directory.
  ReferralChase(Follower& follower, ReferralConnections& connections, EventLoop& loop, const OperationRequest& original,
                const std::string& own, Operation::Name name);
  // REQUIRES: it has ended, or never begun.
  ~ReferralChase() override;

  // Keeps a search's reference for later, or hands it on at once.
  void Note(const ReferenceView& reference);
  // Whether there is anything to do after this result. If not it says why, where it is a referral, and what was noted has
  // been handed on.
  bool HasWork(LdapResult& result);
  // `entries`: so many its own directory has sent. Entries may come within the call, the end too. REQUIRES: HasWork.
  void Start(OperationEnd end, int64_t entries);
  // The operation ends with `cause`: so does what it runs elsewhere. True: that was a write which may have happened.
  bool End(EndCause cause);

  void Pause();
  void Resume();

 private:
  // A reference, or the operation's referral, and where it may lead.
  struct Step {
    std::vector<std::string> uris;
    std::vector<Control> controls;
    bool is_result = false;
    int hops = 1;
    std::deque<FollowedPlace> places;  // still to try
    std::string why;                   // the last one that was tried did not answer
  };

  // Where `uris` may lead from place_; if nowhere, why.
  std::string Vet(absl::Span<const std::string> uris, bool continuation, Step& step) const;
  std::string VetOne(const std::string& uri, bool continuation, Step& step) const;
  void NoteAt(const ReferenceView& reference, int hops);
  void Go();
  void GoInLaterTurn();
  void TryNextPlace();
  void RunAtPlace(Session& session);
  bool SizeUsedUp() const;
  void LeaveCurrent();
  void LeaveAll(const char* why);
  void Leave(const Step& step);
  void Finish();

  void OnEntry(const EntryView& entry) override;
  void OnReference(const ReferenceView& reference) override;
  void OnIntermediate(const IntermediateView& intermediate) override;
  void OnEnd(const OperationEnd& end) override;
  void OnConnection(Outcome<Session*> connected);
  void OnResult(const OperationEnd& end);
  void OnReferral(const OperationEnd& end);

  Follower& follower_;
  ReferralConnections& connections_;
  EventLoop& loop_;
  const OperationRequest& original_;
  const Operation::Name name_;
  const bool may_be_followed_;

  std::deque<Step> steps_;       // still to come
  ptrdiff_t noted_ = 0;          // of steps_, those that the place which answers now has referred to
  std::optional<Step> current_;
  FollowedPlace place_;          // asked last; at first the operation's own directory
  std::set<std::string> visited_;
  std::map<std::string, std::string> unreachable_;  // servers, and why: each is tried once
  std::vector<std::string> asked_;                  // servers, as configured
  int followed_ = 0;      // references, those in steps_ too
  int64_t entries_ = 0;   // delivered, of all directories
  ReferralConnections::Ticket waiting_ = 0;  // for a connection; 0 = it does not
  Operation* running_ = nullptr;             // elsewhere
  bool paused_ = false;
  bool going_ = false;    // Go is on the stack
  bool ended_ = true;     // not begun, or over
  EndCause last_cause_ = EndCause::kResult;  // of what ran elsewhere
  OperationEnd end_;      // of the operation, if nothing better comes
  std::shared_ptr<ReferralChase*> self_;     // tasks in the loop's queue hold it weakly
};

}  // namespace dirlease
