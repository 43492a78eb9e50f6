#include "cli/gateway_channel.h"

#include <fstream>
#include <iterator>

#include "cli/arguments.h"

namespace dirlease::cli {
namespace {

// gRPC brings its own list of roots; people expect the machine's.
std::string SystemRoots() {
  std::ifstream file("/etc/ssl/certs/ca-certificates.crt", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<grpc::ChannelCredentials> Credentials(const ConnectionOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options.ca_pem.empty() ? SystemRoots() : options.ca_pem;
  tls.pem_cert_chain = options.certificate_pem;
  tls.pem_private_key = options.key_pem;
  return grpc::SslCredentials(tls);
}

std::shared_ptr<grpc::Channel> OpenChannel(const ConnectionOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(std::string("dirlease/") + DIRLEASE_VERSION);
  // An entry may hold one value of any size.
  arguments.SetMaxReceiveMessageSize(-1);
  if (IsLoopbackAddress(options.address)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.address, Credentials(options), arguments);
}

}  // namespace

GatewayChannel::GatewayChannel(const ConnectionOptions& options)
    : timeout_(options.timeout), channel_(OpenChannel(options)) {}

void GatewayChannel::Interrupt() {
  std::lock_guard lock(mutex_);
  ++interrupts_;
  for (Call* const call : running_) call->CancelIfInterrupted();
}

GatewayChannel::Call::Call(GatewayChannel& channel,
                           std::optional<std::chrono::milliseconds> timeout,
                           int tolerated_interrupts)
    : channel_(channel), tolerated_interrupts_(tolerated_interrupts) {
  if (timeout) context.set_deadline(std::chrono::system_clock::now() + *timeout);
  std::lock_guard lock(channel_.mutex_);
  channel_.running_.insert(this);
  // Before its start too: the call then ends CANCELLED without reaching the wire.
  CancelIfInterrupted();
}

GatewayChannel::Call::~Call() {
  std::lock_guard lock(channel_.mutex_);
  channel_.running_.erase(this);
}

void GatewayChannel::Call::CancelIfInterrupted() {
  if (channel_.interrupts_ > tolerated_interrupts_) context.TryCancel();
}

}  // namespace dirlease::cli
