#include "app/metrics_server.h"

#include <prometheus/exposer.h>
#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <future>
#include <utility>

#include "base/unique_fd.h"
#include "rpc/grpc/listen_address.h"

namespace dirlease {

namespace {
// Connects and hangs up, without waiting for either.
void KnockAt(const ListenAddress& address) {
  std::string error;
  const Addresses found = LookUp(address, error);
  if (found == nullptr) return;
  const UniqueFd socket(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  (void)connect(socket.get(), found->ai_addr, found->ai_addrlen);
}
}  // namespace

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

// The HTTP server notices its end when somebody connects, or else every two seconds.
MetricsServer::~MetricsServer() {
  const auto address = ParseListenAddress(address_);
  if (!address) return;
  const std::future<void> closed = std::async(std::launch::async, [this] { exposer_.reset(); });
  while (closed.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready) KnockAt(*address);
}

}  // namespace dirlease
