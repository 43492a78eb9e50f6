// Accepts a listener's connections in gRPC's stead, on a thread of its own. gRPC 1.51 knows no limit on connections, and
// stops accepting for good when the process once has no descriptor left (CVE-2023-4785); this refuses what is too much by
// closing it at once, and goes on when there is room again. Used by one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/unique_fd.h"
#include "rpc/grpc/connection_count.h"

namespace dirlease {

class Acceptor {
 public:
  // Gets a connected socket, which is the receiver's from then on, and the one that accepted it. On the acceptor's thread.
  using Receiver = std::function<void(int listener, int socket)>;

  Acceptor(std::vector<UniqueFd> listeners, size_t most_connections, Receiver receiver);
  // Stops.
  ~Acceptor();

  // Closes the listening sockets; no call to the receiver is under way afterwards. Later calls do nothing.
  void Stop();

 private:
  void Run();
  void Accept(const UniqueFd& listener);
  void Refuse(int socket);
  void Warn(std::string_view what, std::string_view mend);

  std::vector<UniqueFd> listeners_;
  const Receiver receiver_;
  UniqueFd stop_;
  const SteadyClock clock_;
  // The thread's.
  ConnectionCount count_;
  bool no_descriptors_ = false;
  size_t refused_ = 0;  // since the last warning
  absl::Time next_warning_ = absl::InfinitePast();

  std::thread thread_;
};

}  // namespace dirlease
