// What the gateway holds at this moment, read from the loop whenever somebody scrapes. Thread-safe.
#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "base/event_loop.h"
#include "session/session_manager.h"

namespace dirlease {

class LoadCollector final : public prometheus::Collectable {
 public:
  // Both must outlive every scrape, and the loop must run then.
  LoadCollector(EventLoop& loop, const SessionManager& manager) : loop_(loop), manager_(manager) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  EventLoop& loop_;
  const SessionManager& manager_;
};

}  // namespace dirlease
