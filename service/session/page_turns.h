// How many pages, behind the first ones, one directory works at for all leases together. The pages of many long searches
// would keep it busy for seconds, and everybody's lookups would wait behind them; so pages wait here, in order of asking,
// and lookups overtake them. First pages do not count: nobody knows yet that the search is long. Loop thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "base/event_loop.h"

namespace dirlease {

class PageTurns {
 public:
  // A page that takes longer counts no more: a few slow searches must not hold up all the others.
  static constexpr absl::Duration kLongestTurn = absl::Milliseconds(250);

  class Taker {
   public:
    virtual ~Taker() = default;
    // A turn is free: Take it now or wait no more. Comes from the loop.
    virtual void OnTurn() = 0;
  };

  // `loop` must outlive this.
  PageTurns(EventLoop& loop, size_t most);
  ~PageTurns();

  // False: none is free, or others wait for it, and so does `taker` now. It must live until it leaves.
  bool Take(Taker& taker);
  // `taker` has no turn any more, and waits for none. Harmless when that was so.
  void Leave(Taker& taker);

  size_t taken() const { return taken_.size(); }
  size_t waiting() const { return waiting_.size(); }

 private:
  struct Turn {
    Taker* taker;
    absl::Time end;
  };
  void AwaitEnd();
  void EndLongOnes();
  void OfferInLaterTurn();
  void Offer();

  EventLoop& loop_;
  const size_t most_;
  std::vector<Turn> taken_;  // at most most_, the oldest first
  std::deque<Taker*> waiting_;
  Taker* offered_ = nullptr;  // whose OnTurn is on the stack
  std::unique_ptr<Timer> timer_;  // null until somebody waited
  bool offer_posted_ = false;
  std::shared_ptr<PageTurns*> self_;  // tasks in the loop's queue hold it weakly
};

}  // namespace dirlease
