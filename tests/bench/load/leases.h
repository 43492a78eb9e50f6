// One plaintext channel to the gateway and leases on it, unbound at the end.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/load/options.h"
#include "dirlease/v1/session_service.grpc.pb.h"

namespace dirlease::bench {

class Leases {
 public:
  // Options::connections of them.
  explicit Leases(const Options& options);
  ~Leases();
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const std::string& token(size_t lease) const { return tokens_[lease % tokens_.size()]; }
  size_t count() const { return tokens_.size(); }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::SessionService::Stub> sessions_;
  std::vector<std::string> tokens_;
};

// Ends the program when it is not OK.
void CheckStatus(const grpc::Status& status, const char* what);

inline constexpr char kLeaseHeader[] = "ldap-session";

}  // namespace dirlease::bench
