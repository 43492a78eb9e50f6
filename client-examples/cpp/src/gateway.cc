#include "dirlease/client/gateway.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <system_error>

#include "dirlease/client/error.h"
#include "dirlease/v1/session_service.grpc.pb.h"

namespace dirlease::client {
namespace {

// A peer that vanished without a word is noticed within 40 s, also by streams, which have no deadline. The gateway allows a
// ping every 10 s.
grpc::ChannelArguments WithKeepAlive() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // Also on a stream that is silent for long.
  return arguments;
}

}  // namespace

Gateway::Gateway(const std::string& address)
    : channel_(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), WithKeepAlive())) {}

Gateway::Gateway(const std::string& address, const Tls& tls) {
  grpc::ChannelArguments arguments = WithKeepAlive();
  if (!tls.server_name.empty()) arguments.SetSslTargetNameOverride(tls.server_name);
  const auto credentials = grpc::SslCredentials({tls.roots, tls.private_key, tls.certificate});
  channel_ = grpc::CreateCustomChannel(address, credentials, arguments);
}

bool Gateway::Verify(const std::string& dn, const std::string& password, const std::string& target) const {
  v1::VerifyCredentialsRequest request;
  request.set_target(target);
  request.mutable_credentials()->mutable_simple()->set_dn(dn);
  request.mutable_credentials()->mutable_simple()->set_password(password);
  v1::VerifyCredentialsResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const auto status = v1::SessionService::NewStub(channel_)->VerifyCredentials(&context, request, &response);
  if (!status.ok()) throw Error(status.error_code(), status.error_message(), status.error_details());
  return response.valid();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace dirlease::client
