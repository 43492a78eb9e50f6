#include "base/epoll_event_loop.h"

#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace dirlease {

namespace {
constexpr int kEventsPerWait = 64;
constexpr absl::Duration kLongestWait = absl::Minutes(1);
}  // namespace

class EpollEventLoop::LoopTimer final : public Timer, public TimerHeap::Alarm {
 public:
  LoopTimer(EpollEventLoop& loop, Task task)
      : loop_(loop), task_(std::make_shared<Task>(std::move(task))) {}
  ~LoopTimer() override { Disarm(); }

  void ArmAt(absl::Time when) override {
    assert(loop_.InLoopThread());
    if (when == absl::InfiniteFuture()) {
      Disarm();
    } else {
      loop_.timers_.Arm(*this, when);
    }
  }
  void Disarm() override { loop_.timers_.Remove(*this); }
  // The task may destroy this timer, so it is kept alive by a reference of its own.
  void Fire() {
    const std::shared_ptr<Task> task = task_;
    (*task)();
  }

 private:
  EpollEventLoop& loop_;
  const std::shared_ptr<Task> task_;
};

class EpollEventLoop::LoopFdWatch final : public FdWatch {
 public:
  LoopFdWatch(EpollEventLoop& loop, int fd, uint32_t events, FdCallback callback)
      : loop_(loop), fd_(fd), events_(events), callback_(std::make_shared<FdCallback>(std::move(callback))) {
    epoll_event event{.events = events, .data = {.ptr = this}};
    const int failed = epoll_ctl(loop_.epoll_.get(), EPOLL_CTL_ADD, fd_, &event);
    assert(failed == 0);
    (void)failed;
  }
  ~LoopFdWatch() override {
    assert(loop_.InLoopThread());
    epoll_ctl(loop_.epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
    std::replace(loop_.ready_.begin(), loop_.ready_.end(), this, static_cast<LoopFdWatch*>(nullptr));
  }
  void SetInterest(uint32_t events) override {
    if (events == events_) return;
    events_ = events;
    epoll_event event{.events = events, .data = {.ptr = this}};
    epoll_ctl(loop_.epoll_.get(), EPOLL_CTL_MOD, fd_, &event);
  }
  // The callback may destroy this watch, so it is kept alive by a reference of its own.
  void Fire(uint32_t events) {
    const std::shared_ptr<FdCallback> callback = callback_;
    (*callback)(events);
  }

 private:
  EpollEventLoop& loop_;
  const int fd_;
  uint32_t events_;
  const std::shared_ptr<FdCallback> callback_;
};

EpollEventLoop::EpollEventLoop(const std::string& name, const Clock& clock)
    : clock_(clock),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_.valid() || !wakeup_.valid()) abort();  // no loop, no process
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &event);
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

EpollEventLoop::~EpollEventLoop() { assert(!thread_.joinable()); }

void EpollEventLoop::Stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  // Tasks posted by the last ones: their captures may own things, so they are destroyed here.
  std::vector<Task> left;
  {
    std::lock_guard lock(mutex_);
    left.swap(posted_);
  }
}

void EpollEventLoop::Post(Task task) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
    wake = std::exchange(sleeping_, false);
  }
  if (wake) Wake();
}

bool EpollEventLoop::InLoopThread() const {
  return std::this_thread::get_id() == loop_thread_.load(std::memory_order_relaxed);
}

std::unique_ptr<Timer> EpollEventLoop::NewTimer(Task task) {
  return std::make_unique<LoopTimer>(*this, std::move(task));
}

std::unique_ptr<FdWatch> EpollEventLoop::Watch(int fd, uint32_t events, FdCallback callback) {
  return std::make_unique<LoopFdWatch>(*this, fd, events, std::move(callback));
}

void EpollEventLoop::Run() {
  loop_thread_ = std::this_thread::get_id();
  for (;;) {
    RunPosted();
    RunDueTimers();
    {
      std::lock_guard lock(mutex_);
      if (stopping_ && posted_.empty()) return;
    }
    WaitAndDispatch();
  }
}

// One round only: a task that posts another does not starve the sockets.
void EpollEventLoop::RunPosted() {
  {
    std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  for (Task& task : running_) {
    task();
    task = nullptr;
  }
  running_.clear();
}

void EpollEventLoop::RunDueTimers() {
  if (timers_.empty()) return;
  const absl::Time now = Now();
  while (TimerHeap::Alarm* alarm = timers_.PopDue(now)) static_cast<LoopTimer*>(alarm)->Fire();
}

absl::Duration EpollEventLoop::TimeToWait() {
  const absl::Time next = timers_.NextWake();
  std::lock_guard lock(mutex_);
  if (!posted_.empty() || stopping_) return absl::ZeroDuration();
  sleeping_ = true;
  if (next == absl::InfiniteFuture()) return absl::InfiniteDuration();
  return std::clamp(next - Now(), absl::ZeroDuration(), kLongestWait);
}

int EpollEventLoop::WaitForEvents(epoll_event* events, int most, absl::Duration timeout) {
  const timespec exactly = absl::ToTimespec(timeout);
  const bool for_ever = timeout == absl::InfiniteDuration();
  if (has_fine_wait_) {
    const int count = epoll_pwait2(epoll_.get(), events, most, for_ever ? nullptr : &exactly, nullptr);
    if (count >= 0 || errno == EINTR) return count;
    has_fine_wait_ = false;  // unknown to the kernel, or to a container's filter of system calls
  }
  const int64_t rounded_up = absl::ToInt64Milliseconds(timeout + absl::Microseconds(999));
  return epoll_wait(epoll_.get(), events, most, for_ever ? -1 : static_cast<int>(rounded_up));
}

void EpollEventLoop::WaitAndDispatch() {
  std::array<epoll_event, kEventsPerWait> events;
  const int count = WaitForEvents(events.data(), kEventsPerWait, TimeToWait());
  {
    std::lock_guard lock(mutex_);
    sleeping_ = false;
  }
  // A callback may destroy a watch that was told in the same turn: its destructor clears its place in ready_.
  ready_.clear();
  for (int i = 0; i < count; ++i) ready_.push_back(static_cast<LoopFdWatch*>(events[i].data.ptr));
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr == nullptr) {
      uint64_t ignored;
      (void)!read(wakeup_.get(), &ignored, sizeof ignored);
    } else if (ready_[i] != nullptr) {
      ready_[i]->Fire(events[i].events);
    }
  }
}

void EpollEventLoop::Wake() {
  const uint64_t one = 1;
  (void)!write(wakeup_.get(), &one, sizeof one);
}

}  // namespace dirlease
