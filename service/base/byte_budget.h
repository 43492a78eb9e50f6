// The process-wide bound on memory that directories and slow readers can make the gateway hold: entries waiting to be
// read by callers, and messages whose end has not arrived. Above it connections stop reading, oldest wait first served.
// Loop thread only.
#pragma once

#include <cstddef>
#include <deque>

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

  void Charge(size_t octets) { used_ += octets; }
  void Refund(size_t octets);

  // False: the reader is parked and must not read until OnBudgetFree. One reader in the middle of a message may always
  // go on, or partial messages alone could fill the budget for ever; so the bound is `limit` and one message.
  bool MayRead(Reader* reader, bool in_message);
  // The reader is gone, or between two messages again: its privilege and its parking end.
  void Forget(Reader* reader);

  size_t used() const { return used_; }
  size_t limit() const { return limit_; }

 private:
  const size_t limit_;
  size_t used_ = 0;
  Reader* privileged_ = nullptr;
  std::deque<Reader*> parked_;
};

}  // namespace dirlease
