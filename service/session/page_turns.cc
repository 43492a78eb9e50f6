#include "session/page_turns.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dirlease {

PageTurns::PageTurns(EventLoop& loop, size_t most)
    : loop_(loop), most_(most), self_(std::make_shared<PageTurns*>(this)) {}

PageTurns::~PageTurns() {
  assert(taken_.empty() && waiting_.empty());
  *self_ = nullptr;
}

bool PageTurns::Take(Taker& taker) {
  // A turn that is free while somebody waits is offered soon.
  if (taken_.size() < most_ && (waiting_.empty() || offered_ == &taker)) {
    taken_.push_back({&taker, loop_.Now() + kLongestTurn});
    return true;
  }
  if (std::find(waiting_.begin(), waiting_.end(), &taker) == waiting_.end()) waiting_.push_back(&taker);
  if (!taken_.empty()) AwaitEnd();
  return false;
}

void PageTurns::Leave(Taker& taker) {
  std::erase(waiting_, &taker);
  if (std::erase_if(taken_, [&](const Turn& turn) { return turn.taker == &taker; }) > 0) OfferInLaterTurn();
}

void PageTurns::AwaitEnd() {
  if (timer_ == nullptr) timer_ = loop_.NewTimer([this] { EndLongOnes(); });
  timer_->ArmAt(taken_.front().end);
}

void PageTurns::EndLongOnes() {
  std::erase_if(taken_, [now = loop_.Now()](const Turn& turn) { return turn.end <= now; });
  Offer();
}

// In a later turn: whoever leaves may be in the midst of ending.
void PageTurns::OfferInLaterTurn() {
  if (waiting_.empty() || std::exchange(offer_posted_, true)) return;
  loop_.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->offer_posted_ = false;
    (*self)->Offer();
  });
}

void PageTurns::Offer() {
  while (!waiting_.empty() && taken_.size() < most_) {
    offered_ = waiting_.front();
    waiting_.pop_front();
    offered_->OnTurn();
    offered_ = nullptr;
  }
  if (!waiting_.empty()) AwaitEnd();
}

}  // namespace dirlease
