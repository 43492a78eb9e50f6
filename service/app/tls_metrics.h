// What an operator watches of certificates. Thread-safe.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace dirlease {

class TlsMetrics {
 public:
  // `registry` must outlive this.
  explicit TlsMetrics(prometheus::Registry& registry);

  void SetExpiry(std::string_view side, const std::string& name, absl::Time expiry);
  // Whether the files that lie there now are other ones than those in use, because they cannot be used.
  void SetRefused(std::string_view side, const std::string& name, bool refused);
  void CountReload(std::string_view side, bool accepted);

 private:
  prometheus::Family<prometheus::Gauge>& expiry_;
  prometheus::Family<prometheus::Gauge>& refused_;
  prometheus::Family<prometheus::Counter>& reloads_;
};

}  // namespace dirlease
