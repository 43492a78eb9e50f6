// Somebody who asks a directory for many things at once, through the gateway or without it.
// Failures to connect or bind end the program with a line on stderr; failed operations are counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "bench/load/operation.h"
#include "bench/load/options.h"

namespace dirlease::bench {

using Clock = std::chrono::steady_clock;

struct Answer {
  size_t slot = 0;
  int entries = 0;
  bool ok = false;
  Clock::time_point first_entry{};  // of searches that have one
};

class Load {
 public:
  using Answered = std::function<void(const Answer&)>;

  virtual ~Load() = default;
  // Begins one operation; `slot` is free again when its answer is told. Slots are small numbers.
  virtual void Start(size_t slot, const Operation& operation) = 0;
  // What was started goes out.
  virtual void Flush() {}
  // Waits for an answer, until that time at the longest, and tells it, with others that are there.
  virtual void Take(Clock::time_point until, const Answered& answered) = 0;
  // Start() and Flush() may be called while another thread waits in Take().
  virtual bool StartsFromAnyThread() const = 0;
};

// libldap, one thread, Options::connections bound connections.
std::unique_ptr<Load> LibldapLoad(const Options& options);
// gRPC calls over one channel, one thread and Options::connections leases: GetEntry, Compare,
// Search.
std::unique_ptr<Load> CallsLoad(const Options& options);
// Options::connections leases with a Pipeline each, one thread, one channel.
std::unique_ptr<Load> PipelineLoad(const Options& options);
// A REST gateway: Options::connections connections, one request at a time on each; reads by uid
// only.
std::unique_ptr<Load> HttpLoad(const Options& options);

}  // namespace dirlease::bench
