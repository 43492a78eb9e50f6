// Where the gateway is and how it is reached: one for a program, shared by all its leases and threads.
#pragma once

#include <memory>
#include <string>

namespace grpc {
class Channel;
}

namespace dirlease::client {

// PEM texts, not file names. Without a certificate of one's own it is plain TLS, with one mutual TLS.
struct Tls {
  std::string roots;  // empty = the system's
  std::string certificate;
  std::string private_key;
  std::string server_name;  // that the gateway's certificate has to show; empty = the address's
};

class Gateway {
 public:
  // Plaintext: for loopback and meshes that encrypt. `address` as gRPC takes it: "host:port", "dns:///name:port".
  explicit Gateway(const std::string& address);
  Gateway(const std::string& address, const Tls& tls);

  // Is this password right? No lease needed. Throws Error when the directory could not tell.
  bool Verify(const std::string& dn, const std::string& password, const std::string& target = "") const;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

// The whole of a file, for Tls.
std::string ReadFile(const std::string& path);

}  // namespace dirlease::client
