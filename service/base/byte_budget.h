// The process-wide bound on memory that directories and callers can make the gateway hold: entries waiting to be read,
// messages whose end has not arrived, requests that run. Above it memory is scarce: large messages wait, the oldest wait
// is served first, and streams gather next to nothing. Small messages always pass, so that nobody's greed stops the
// lookups of others. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <utility>

namespace dirlease {

class ByteBudget {
 public:
  class Reader {
   public:
    virtual ~Reader() = default;
    // Ask MayRead again. Never called inside MayRead.
    virtual void OnBudgetFree() = 0;
  };

  explicit ByteBudget(size_t limit) : limit_(limit) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;
  ~ByteBudget();

  enum class Purpose {
    kStreams,   // entries that wait for their reader
    kMessages,  // those whose end has not arrived from the directory
    kRequests,  // that run
  };
  static constexpr size_t kPurposes = 3;

  void Charge(size_t octets, Purpose purpose = Purpose::kRequests) {
    used_ += octets;
    used_for_[static_cast<size_t>(purpose)] += octets;
  }
  // As it was charged.
  void Refund(size_t octets, Purpose purpose = Purpose::kRequests);

  // What a reader may hold of one message, and a stream of one caller, even when memory is scarce.
  static constexpr size_t kSmallOctets = 16 * 1024;

  // `held`: octets of the message in whose middle the reader is. False: it is parked and must not read until
  // OnBudgetFree. One reader in the middle of a large message may always go on, or partial messages alone could fill the
  // budget for ever; so the bound is `limit`, one message, and what is small of each reader.
  bool MayRead(Reader* reader, size_t held);
  // The reader is gone, or between two messages again: its privilege and its parking end.
  void Forget(Reader* reader);

  size_t used() const { return used_; }
  size_t used(Purpose purpose) const { return used_for_[static_cast<size_t>(purpose)]; }
  size_t limit() const { return limit_; }
  bool scarce() const { return used_ > limit_; }
  // Half of it is used: streams gather less, so that many slow readers do not make it scarce for everybody.
  bool filling() const { return used_ > limit_ / 2; }

 private:
  const size_t limit_;
  size_t used_ = 0;
  std::array<size_t, kPurposes> used_for_{};
  Reader* privileged_ = nullptr;
  std::deque<Reader*> parked_;
};

// A charge for a request that is refunded when this is destroyed. Loop thread only; the budget must outlive it.
class BudgetCharge {
 public:
  BudgetCharge() = default;
  BudgetCharge(ByteBudget& budget, size_t octets) : budget_(&budget), octets_(octets) { budget.Charge(octets); }
  BudgetCharge(BudgetCharge&& other) noexcept { *this = std::move(other); }
  BudgetCharge& operator=(BudgetCharge&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(octets_, other.octets_);
    return *this;
  }
  ~BudgetCharge() {
    if (budget_ != nullptr) budget_->Refund(octets_);
  }

 private:
  ByteBudget* budget_ = nullptr;
  size_t octets_ = 0;
};

}  // namespace dirlease
