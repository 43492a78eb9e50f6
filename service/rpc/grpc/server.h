// A gRPC listener with its services, health and reflection: the callers' one, or the operators' one. Thread-safe but for
// construction and destruction.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/event_loop.h"
#include "rpc/admin_calls.h"
#include "rpc/grpc/acceptor.h"
#include "rpc/grpc/listener_tls.h"
#include "rpc/grpc/server_limits.h"
#include "session/session_manager.h"

namespace grpc {
namespace experimental {
class ExternalConnectionAcceptor;
}
class Server;
class Service;
}  // namespace grpc

namespace dirlease {

class Server {
 public:
  struct Options {
    std::string listen;              // HOST:PORT, port 0 = any free one
    std::optional<ListenerPem> tls;  // else plaintext
    ServerLimits limits = {};
  };
  struct Started {
    std::unique_ptr<Server> server;  // null: see error
    std::string error;
  };

  // Accepts at once. All health names but "liveness" say NOT_SERVING until SetServing.
  // `loop` and `manager` must outlive the server.
  static Started Start(const Options& options, EventLoop& loop, SessionManager& manager);
  // The same for AdminService; its health says also what that of the callers' listener is told, but of AdminService itself
  // always SERVING.
  static Started StartAdmin(const Options& options, EventLoop& loop, SessionManager& manager,
                            AdminHooks hooks);
  // REQUIRES: Shutdown returned.
  ~Server();

  // HOST:PORT with the real port.
  const std::string& address() const { return address_; }
  // See ListenerTls::Set. REQUIRES: started with TLS.
  void SetCertificate(ListenerPem pem) { tls_->Set(std::move(pem)); }
  // What health answers for "" and each service of dirlease.
  void SetServing(bool serving);
  // Refuses new calls, ends those that still run after `deadline` (as a duration from now); returns
  // when none runs.
  void Shutdown(absl::Duration deadline);

 private:
  using Services = std::vector<std::unique_ptr<grpc::Service>>;
  Server();
  static Started Listen(const Options& options, Services services);
  // Gives an accepted socket to gRPC. Thread-safe.
  void Serve(int listener, int socket);

  std::string address_;
  std::unique_ptr<ListenerTls> tls_;  // null = plaintext
  Services services_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> door_;  // of server_, for sockets
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace dirlease
