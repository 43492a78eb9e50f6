// An operation and its chase: what comes from elsewhere goes to the operation's sink. Loop thread only; owned by its
// Operation.
#pragma once

#include <utility>

#include "session/operation.h"
#include "session/referrals/referral_chase.h"
#include "session/session.h"

namespace dirlease {

class Following final : private ReferralChase::Follower {
 public:
  // REQUIRES: the session follows referrals.
  explicit Following(Operation& operation)
      : operation_(operation),
        chase_(*this, *operation.session_.referrals(), operation.session_.loop(), operation.request_,
               operation.session_.facts().uri, operation.name_) {}

  ReferralChase& chase() { return chase_; }

 private:
  bool over() const { return operation_.state_ == Operation::State::kEnded; }

  void OnFollowedEntry(const EntryView& entry) override { operation_.sink_.OnEntry(entry); }
  void OnFollowedIntermediate(const IntermediateView& intermediate) override {
    operation_.sink_.OnIntermediate(intermediate);
  }
  void OnReferenceLeft(const ReferenceView& reference) override {
    if (!over()) operation_.sink_.OnReference(reference);  // an earlier one may have ended it
  }
  void OnChaseEnd(OperationEnd end) override { operation_.Finish(std::move(end)); }

  Operation& operation_;
  ReferralChase chase_;
};

}  // namespace dirlease
