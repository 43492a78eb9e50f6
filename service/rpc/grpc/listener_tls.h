// The TLS side of a listener whose certificate can change while it serves. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>

namespace grpc {
class ServerCredentials;
}

namespace dirlease {

// PEM contents. With `client_ca` callers must show a certificate of these authorities.
struct ListenerPem {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

class ListenerTls {
 public:
  explicit ListenerTls(ListenerPem pem);

  // For handshakes that begin from now on; connections that are there stay as they are. Whether callers must show a
  // certificate does not change. REQUIRES: the key is the certificate's.
  void Set(ListenerPem pem);
  // What was set since it was asked last; null: nothing.
  std::unique_ptr<ListenerPem> TakeNew();

  // For one server, which must be gone before `tls` is.
  static std::shared_ptr<grpc::ServerCredentials> Credentials(ListenerTls& tls);

 private:
  const bool with_client_ca_;
  std::mutex mutex_;
  std::unique_ptr<ListenerPem> new_;  // guarded by mutex_
};

}  // namespace dirlease
