#include "app/metrics_server.h"

#include <prometheus/exposer.h>

#include <exception>
#include <utility>

#include "rpc/grpc/listen_address.h"

namespace dirlease {

MetricsServer::Started MetricsServer::Start(
    const std::string& listen, std::vector<std::shared_ptr<prometheus::Collectable>> collected) {
  std::unique_ptr<MetricsServer> server(new MetricsServer);
  server->collected_ = std::move(collected);
  try {
    // One scrape at a time is enough; a caller who sends nothing is sent away.
    server->exposer_ = std::make_unique<prometheus::Exposer>(std::vector<std::string>{
        "listening_ports", listen, "num_threads", "2", "request_timeout_ms", "5000", "enable_keep_alive", "no"});
  } catch (const std::exception&) {
    return {nullptr, "metrics_listen: cannot listen on " + listen + ": " + WhyNoListener(listen)};
  }
  for (const auto& one : server->collected_) server->exposer_->RegisterCollectable(one);
  server->address_ = ReplacePort(listen, server->exposer_->GetListeningPorts().at(0));
  return {std::move(server), ""};
}

MetricsServer::~MetricsServer() = default;

}  // namespace dirlease
