// Very many leases of one client, over a few connections, served by one thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dirlease/v1/directory_service.grpc.pb.h"
#include "dirlease/v1/session_service.grpc.pb.h"

namespace dirlease::bench {

struct CrowdOptions {
  std::string address;
  std::vector<std::string> targets = {""};  // leases take turns on them
  std::string bind_dn, password;            // none = anonymous
  int ttl_seconds = 20;
  size_t channels = 1;
};

// What waits in a completion queue; its address is the tag.
class Waiting {
 public:
  virtual ~Waiting() = default;
  // Something of it happened. False: it is over.
  virtual bool Proceed(bool ok) = 0;
};

class Crowd {
 public:
  using Endings = std::map<std::string, int>;  // how often each status came

  explicit Crowd(CrowdOptions options);
  ~Crowd();

  // `count` more leases. The program ends when one is not granted.
  void Open(size_t count);
  size_t leases() const { return tokens_.size(); }
  // Renews every lease each third of its time to live, evenly, for so long.
  Endings KeepAlive(double seconds);
  // A HoldSession stream for each lease, until EndStreams().
  void Hold();
  // A search for all people on each lease. Its first message is read, then none.
  void Stall();
  // Takes what comes, for so long.
  void Rest(double seconds);
  // Streams that had not ended by themselves are cancelled ("still there").
  Endings EndStreams();
  // Of every lease: "active" or "had ended".
  Endings Unbind();

 private:
  class Stream;
  template <typename Request, typename Response>
  class UnaryCall;

  v1::SessionService::Stub& Sessions(size_t lease) { return *sessions_[lease % sessions_.size()]; }
  v1::DirectoryService::Stub& Directory(size_t lease) {
    return *directories_[lease % directories_.size()];
  }
  // Events until `until`, or until at most `running` calls are left.
  void Take(std::chrono::steady_clock::time_point until, size_t running);
  void TakeAllBut(size_t running);

  const CrowdOptions options_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<v1::SessionService::Stub>> sessions_;
  std::vector<std::unique_ptr<v1::DirectoryService::Stub>> directories_;
  std::vector<std::string> tokens_;
  std::deque<std::unique_ptr<Stream>> streams_;
  size_t running_ = 0;  // unary calls
};

}  // namespace dirlease::bench
