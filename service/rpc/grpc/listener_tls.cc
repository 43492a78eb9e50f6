#include "rpc/grpc/listener_tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <utility>

#include "base/secret.h"

namespace dirlease {

namespace {

// gRPC asks at the beginning of each handshake.
grpc_ssl_certificate_config_reload_status FetchCertificate(void* tls, grpc_ssl_server_certificate_config** config) {
  const std::unique_ptr<ListenerPem> pem = static_cast<ListenerTls*>(tls)->TakeNew();
  if (pem == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair{pem->key.c_str(), pem->certificate.c_str()};
  // gRPC insists on authorities even where it asks callers for nothing, and does not use them then.
  const std::string& authorities = pem->client_ca.empty() ? pem->certificate : pem->client_ca;
  *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
  Wipe(pem->key);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

// The library's C++ interface offers certificates that change only from files that it polls, and takes files that do not
// fit each other; its C interface asks us.
class FetchingCredentials final : public grpc::ServerCredentials {
 public:
  FetchingCredentials(ListenerTls& tls, grpc_ssl_client_certificate_request_type request)
      : credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                request, &FetchCertificate, &tls))) {}
  ~FetchingCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* const credentials_;
};

}  // namespace

ListenerTls::ListenerTls(ListenerPem pem)
    : with_client_ca_(!pem.client_ca.empty()), new_(std::make_unique<ListenerPem>(std::move(pem))) {}

void ListenerTls::Set(ListenerPem pem) {
  const std::lock_guard lock(mutex_);
  new_ = std::make_unique<ListenerPem>(std::move(pem));
}

std::unique_ptr<ListenerPem> ListenerTls::TakeNew() {
  const std::lock_guard lock(mutex_);
  return std::exchange(new_, nullptr);
}

std::shared_ptr<grpc::ServerCredentials> ListenerTls::Credentials(ListenerTls& tls) {
  return std::make_shared<FetchingCredentials>(
      tls, tls.with_client_ca_ ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                               : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
}

}  // namespace dirlease
