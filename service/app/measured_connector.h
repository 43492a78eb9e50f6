// A Connector that counts: how connects to directories end and how long they take, by target,
// beside what becomes of the binds on them. Loop thread only, as the connector it passes everything
// on to.
#pragma once

#include <prometheus/registry.h>

#include "base/event_loop.h"
#include "ldap/connector.h"

namespace dirlease {

class MeasuredConnector final : public Connector {
 public:
  // All must outlive this.
  MeasuredConnector(EventLoop& loop, Connector& connector, prometheus::Registry& registry);

  std::unique_ptr<Attempt> Connect(const TargetConfig& target, Callback callback) override;
  std::unique_ptr<Attempt> Probe(const TargetConfig& target,
                                 absl::AnyInvocable<void(bool)> callback) override;
  std::unique_ptr<SaslExchange> StartSasl(const TargetConfig& target, const std::string& uri,
                                          SaslRequest request) override {
    return connector_.StartSasl(target, uri, std::move(request));
  }

 private:
  EventLoop& loop_;
  Connector& connector_;
  prometheus::Family<prometheus::Counter>& connects_;
  prometheus::Family<prometheus::Histogram>& seconds_;
  prometheus::Family<prometheus::Counter>& probes_;
};

}  // namespace dirlease
