#include "app/gateway.h"

#include <future>
#include <utility>

#include "app/load_collector.h"
#include "base/log.h"

namespace dirlease {

namespace {

// Answers that are on their way when the last lease has ended.
constexpr absl::Duration kShutdownTime = absl::Seconds(2);

}  // namespace

Gateway::Gateway(Settings settings)
    : settings_(std::move(settings)),
      loop_("dirlease-loop", clock_),
      connector_(std::make_unique<TargetConnector>(loop_)) {
  settings_.sessions.telemetry = &metrics_;
  OnLoop([this] {
    manager_ = std::make_unique<SessionManager>(loop_, *connector_, settings_.sessions,
                                                std::move(settings_.targets));
  });
}

Gateway::~Gateway() { Stop(absl::ZeroDuration()); }

std::string Gateway::Start() {
  Server::Started started = Server::Start(settings_.server, loop_, *manager_);
  if (started.server == nullptr) return started.error;
  server_ = std::move(started.server);
  if (settings_.admin) {
    AdminHooks hooks{.drain_grace = settings_.drain_grace,
                     .on_drain = [this] { SetServing(false); }};
    started = Server::StartAdmin(*settings_.admin, loop_, *manager_, std::move(hooks));
    if (started.server == nullptr) return "admin: " + started.error;
    // The loop may look at it: a call can be there already.
    OnLoop([&] { admin_ = std::move(started.server); });
  }
  if (!settings_.metrics_listen.empty()) {
    MetricsServer::Started metrics = MetricsServer::Start(
        settings_.metrics_listen,
        {metrics_.registry(), std::make_shared<LoadCollector>(loop_, *manager_)});
    if (metrics.server == nullptr) return metrics.error;
    metrics_server_ = std::move(metrics.server);
  }
  loop_.Post([this] {
    manager_->StartProbing([this](bool reachable) {
      log::Info(reachable ? "directory reachable" : "no directory reachable");
      SetServing(reachable && !manager_->draining());
    });
  });
  return "";
}

std::string Gateway::metrics_address() const {
  return metrics_server_ == nullptr ? "" : metrics_server_->address();
}

void Gateway::Stop(absl::Duration grace) {
  if (manager_ == nullptr) return;
  EndLeases(grace);
  if (admin_ != nullptr) admin_->Shutdown(kShutdownTime);
  if (server_ != nullptr) server_->Shutdown(kShutdownTime);
  admin_.reset();
  server_.reset();
  metrics_server_.reset();  // a drain can be watched to its end
  OnLoop([this] { manager_.reset(); });
  loop_.Stop();
  connector_.reset();
}

void Gateway::EndLeases(absl::Duration grace) {
  std::promise<void> drained;
  loop_.Post([&] {
    SetServing(false);
    manager_->Drain(grace, [&drained] { drained.set_value(); });
  });
  drained.get_future().wait();
}

void Gateway::SetServing(bool serving) {
  if (server_ != nullptr) server_->SetServing(serving);
  if (admin_ != nullptr) admin_->SetServing(serving);
}

void Gateway::OnLoop(absl::AnyInvocable<void()> task) {
  std::promise<void> done;
  loop_.Post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace dirlease
