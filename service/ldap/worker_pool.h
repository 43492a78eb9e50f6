// A few threads for what may wait: name resolution and TLS handshakes. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace dirlease {

class WorkerPool {
 public:
  using Task = absl::AnyInvocable<void()>;

  // `name` (at most 15 octets) is what the system's tools show.
  WorkerPool(const std::string& name, int threads);
  // Stops. Not on one of its own threads.
  ~WorkerPool();

  // Runs the task on one of the threads. Tasks of one `key` use at most half of the threads at once
  // (at least one), so a stalled directory leaves room for the others. After Stop the task is
  // destroyed without having run.
  void Submit(std::string key, Task task);
  // Waits for the tasks that run, destroys those that wait. A second call does nothing.
  void Stop();

 private:
  struct Job {
    std::string key;
    Task task;
  };

  void Work();
  std::optional<Job> TakeRunnable();

  const size_t most_per_key_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Job> waiting_;
  std::map<std::string, size_t> running_;
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace dirlease
