// The process's own figures under the names that Prometheus's client libraries share (process_*),
// read from /proc at each scrape. Thread-safe.
#pragma once

#include <prometheus/collectable.h>

#include <vector>

namespace dirlease {

class ProcessCollector final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace dirlease
