#include "ldap/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace dirlease {

WorkerPool::WorkerPool(const std::string& name, int threads)
    : most_per_key_(std::max(1, threads / 2)) {
  for (int i = 0; i < threads; ++i) {
    std::thread& thread = threads_.emplace_back([this] { Work(); });
    pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
  }
}

WorkerPool::~WorkerPool() { Stop(); }

void WorkerPool::Submit(std::string key, Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  waiting_.push_back({std::move(key), std::move(task)});
  changed_.notify_one();
}

void WorkerPool::Stop() {
  std::deque<Job> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void WorkerPool::Work() {
  for (;;) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || (job = TakeRunnable()).has_value(); });
      if (!job) return;
    }
    job->task();
    job->task = nullptr;
    const std::lock_guard lock(mutex_);
    if (--running_[job->key] == 0) running_.erase(job->key);
    // One of this key may have waited for its share.
    changed_.notify_one();
  }
}

std::optional<WorkerPool::Job> WorkerPool::TakeRunnable() {
  const auto runnable = std::find_if(waiting_.begin(), waiting_.end(), [this](const Job& job) {
    const auto running = running_.find(job.key);
    return running == running_.end() || running->second < most_per_key_;
  });
  if (runnable == waiting_.end()) return std::nullopt;
  Job job = std::move(*runnable);
  waiting_.erase(runnable);
  ++running_[job.key];
  return job;
}

}  // namespace dirlease
