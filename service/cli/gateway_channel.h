// One gRPC channel to the gateway and the calls that run on it. Internal to GatewayClient.
// Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "cli/gateway_client.h"

namespace dirlease::cli {

class GatewayChannel {
 public:
  explicit GatewayChannel(const ConnectionOptions& options);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const std::optional<std::chrono::milliseconds>& timeout() const { return timeout_; }

  // Cancels every running call that tolerates no more interrupts than there were, and later ones
  // before their start.
  void Interrupt();

  // One running call, known to Interrupt() while it lives.
  class Call {
   public:
    Call(GatewayChannel& channel, std::optional<std::chrono::milliseconds> timeout,
         int tolerated_interrupts = 0);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    grpc::ClientContext context;

   private:
    friend class GatewayChannel;
    // REQUIRES: channel_.mutex_ held.
    void CancelIfInterrupted();

    GatewayChannel& channel_;
    const int tolerated_interrupts_;
  };

 private:
  const std::optional<std::chrono::milliseconds> timeout_;
  const std::shared_ptr<grpc::Channel> channel_;
  std::mutex mutex_;
  std::set<Call*> running_;
  int interrupts_ = 0;
};

}  // namespace dirlease::cli
