#include "base/byte_budget.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dirlease {

ByteBudget::~ByteBudget() { assert(used_ == 0 && parked_.empty() && privileged_ == nullptr); }

void ByteBudget::Refund(size_t octets, Purpose purpose) {
  assert(octets <= used(purpose));
  used_ -= octets;
  used_for_[static_cast<size_t>(purpose)] -= octets;
  // Each woken reader may use up what became free, so the rest of the queue is asked again only while there is room.
  for (size_t waiting = parked_.size(); waiting > 0 && used_ <= limit_ && !parked_.empty(); --waiting) {
    Reader* reader = parked_.front();
    parked_.pop_front();
    reader->OnBudgetFree();
  }
}

bool ByteBudget::MayRead(Reader* reader, size_t held) {
  if (!scarce() || held < kSmallOctets || reader == privileged_) return true;
  if (privileged_ == nullptr) {
    privileged_ = reader;
    return true;
  }
  if (std::find(parked_.begin(), parked_.end(), reader) == parked_.end()) parked_.push_back(reader);
  return false;
}

void ByteBudget::Forget(Reader* reader) {
  if (const auto place = std::find(parked_.begin(), parked_.end(), reader); place != parked_.end()) {
    parked_.erase(place);
  }
  if (privileged_ != reader) return;
  privileged_ = nullptr;
  // All ask again, in their order: the first one that is in a message takes the privilege over, the others park again.
  const auto waiting = std::exchange(parked_, {});
  for (Reader* next : waiting) next->OnBudgetFree();
}

}  // namespace dirlease
