// GET /metrics over plain HTTP, in Prometheus's text format. Used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Collectable;
class Exposer;
}  // namespace prometheus

namespace dirlease {

class MetricsServer {
 public:
  struct Started {
    std::unique_ptr<MetricsServer> server;  // null: see error
    std::string error;
  };

  // `listen`: ADDRESS:PORT, port 0 = any free one. What is collected is shared with scrapes that still run at the end.
  static Started Start(const std::string& listen,
                       std::vector<std::shared_ptr<prometheus::Collectable>> collected);
  // Waits for scrapes that run.
  ~MetricsServer();

  // With the real port.
  const std::string& address() const { return address_; }

 private:
  MetricsServer() = default;

  std::vector<std::shared_ptr<prometheus::Collectable>> collected_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string address_;
};

}  // namespace dirlease
