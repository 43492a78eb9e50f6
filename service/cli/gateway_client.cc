#include "cli/gateway_client.h"

#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iterator>
#include <mutex>

#include "cli/arguments.h"
#include "cli/secrets.h"
#include "dirlease/admin/v1/admin_service.grpc.pb.h"
#include "dirlease/v1/directory_service.grpc.pb.h"
#include "dirlease/v1/session_service.grpc.pb.h"

namespace dirlease::cli {
namespace {

constexpr char kLeaseKey[] = "ldap-session";
constexpr char kOperationKey[] = "ldap-operation-id";

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

CallStatus FromGrpc(const grpc::Status& status) {
  CallStatus result;
  // A proxy may send details that are none of ours: its code and text still count.
  if (!result.ParseFromString(status.error_details())) result.Clear();
  result.set_code(status.error_code());
  result.set_message(status.error_message());
  return result;
}

void WipePassword(v1::OpenSessionRequest& request) {
  if (!request.credentials().has_simple()) return;
  v1::SimpleBind& simple = *request.mutable_credentials()->mutable_simple();
  Wipe(*simple.mutable_password());
  Wipe(*simple.mutable_password_octets());
}

std::string InitialMetadata(const grpc::ClientContext& context, const char* key) {
  const auto& metadata = context.GetServerInitialMetadata();
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string()
                                 : std::string(found->second.data(), found->second.size());
}

}  // namespace

class GatewayClient::Impl {
 public:
  explicit Impl(const ConnectionOptions& options)
      : timeout_(options.timeout),
        channel_(OpenChannel(options)),
        sessions(channel_),
        directory(channel_),
        admin(channel_) {}

  void set_lease(std::string_view token) { lease_ = token; }

  // One running call: prepared with lease and deadline, known to Interrupt() while it lives.
  class Call {
   public:
    Call(Impl& impl, std::optional<std::chrono::milliseconds> timeout, int tolerated_interrupts = 0)
        : impl_(impl) {
      if (!impl.lease_.empty()) context.AddMetadata(kLeaseKey, impl.lease_);
      if (timeout) context.set_deadline(std::chrono::system_clock::now() + *timeout);
      std::lock_guard lock(impl.mutex_);
      impl.tolerated_interrupts_ = tolerated_interrupts;
      impl.running_ = &context;
      // Before its start too: the call then ends CANCELLED without reaching the wire.
      if (impl.interrupts_ > tolerated_interrupts) context.TryCancel();
    }
    ~Call() {
      std::lock_guard lock(impl_.mutex_);
      impl_.running_ = nullptr;
    }
    grpc::ClientContext context;

   private:
    Impl& impl_;
  };

  void Interrupt() {
    std::lock_guard lock(mutex_);
    ++interrupts_;
    if (running_ != nullptr && interrupts_ > tolerated_interrupts_) running_->TryCancel();
  }

  template <typename Stub, typename Request, typename Response>
  CallStatus Unary(Stub& stub,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request, Response& response) {
    Call call(*this, timeout_);
    return FromGrpc((stub.*method)(&call.context, request, &response));
  }

  const std::optional<std::chrono::milliseconds> timeout_;

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  std::string lease_;
  std::mutex mutex_;
  grpc::ClientContext* running_ = nullptr;
  int tolerated_interrupts_ = 0;
  int interrupts_ = 0;

 public:
  v1::SessionService::Stub sessions;
  v1::DirectoryService::Stub directory;
  admin::v1::AdminService::Stub admin;
};

GatewayClient::GatewayClient(const ConnectionOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}
GatewayClient::~GatewayClient() = default;

void GatewayClient::set_lease(std::string_view token) { impl_->set_lease(token); }
void GatewayClient::Interrupt() { impl_->Interrupt(); }

CallStatus GatewayClient::OpenSession(v1::OpenSessionRequest& request,
                                      v1::OpenSessionResponse& response, std::string& token) {
  Impl::Call call(*impl_, impl_->timeout_);
  const CallStatus status =
      FromGrpc(impl_->sessions.OpenSession(&call.context, request, &response));
  WipePassword(request);
  if (status.code() != 0) return status;
  token = InitialMetadata(call.context, kLeaseKey);
  if (token.empty()) token = response.token();
  return status;
}

CallStatus GatewayClient::KeepAlive(v1::KeepAliveResponse& response) {
  return impl_->Unary(impl_->sessions, &v1::SessionService::Stub::KeepAlive, {}, response);
}

CallStatus GatewayClient::GetSession(v1::GetSessionResponse& response) {
  return impl_->Unary(impl_->sessions, &v1::SessionService::Stub::GetSession, {}, response);
}

CallStatus GatewayClient::Abandon(const v1::AbandonRequest& request,
                                  v1::AbandonResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::Abandon, request, response);
}

CallStatus GatewayClient::Compare(const v1::CompareRequest& request,
                                  v1::CompareResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::Compare, request, response);
}

CallStatus GatewayClient::WhoAmI(v1::WhoAmIResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::WhoAmI, {}, response);
}

CallStatus GatewayClient::Unbind(const v1::UnbindRequest& request, v1::UnbindResponse& response,
                                 std::optional<std::chrono::milliseconds> timeout) {
  Impl::Call call(*impl_, timeout ? timeout : impl_->timeout_, /*tolerated_interrupts=*/1);
  return FromGrpc(impl_->sessions.Unbind(&call.context, request, &response));
}

CallStatus GatewayClient::Search(const v1::SearchRequest& request, const MessageSink& on_message,
                                 std::string& operation_id) {
  Impl::Call call(*impl_, impl_->timeout_);
  const auto reader = impl_->directory.Search(&call.context, request);
  reader->WaitForInitialMetadata();
  operation_id = InitialMetadata(call.context, kOperationKey);
  v1::SearchResponse message;
  bool wanted = true;
  while (reader->Read(&message)) {
    if (wanted && !(wanted = on_message(message))) call.context.TryCancel();
  }
  return FromGrpc(reader->Finish());
}

CallStatus GatewayClient::HoldSession(const v1::HoldSessionRequest& request,
                                      const HoldSink& on_event) {
  Impl::Call call(*impl_, impl_->timeout_);
  const auto reader = impl_->sessions.HoldSession(&call.context, request);
  v1::HoldSessionResponse event;
  bool wanted = true;
  while (reader->Read(&event)) {
    if (wanted && !(wanted = on_event(event))) call.context.TryCancel();
  }
  return FromGrpc(reader->Finish());
}

CallStatus GatewayClient::ListSessions(const admin::v1::ListSessionsRequest& request,
                                       admin::v1::ListSessionsResponse& response) {
  return impl_->Unary(impl_->admin, &admin::v1::AdminService::Stub::ListSessions, request,
                      response);
}

CallStatus GatewayClient::RevokeSession(const admin::v1::RevokeSessionRequest& request,
                                        admin::v1::RevokeSessionResponse& response) {
  return impl_->Unary(impl_->admin, &admin::v1::AdminService::Stub::RevokeSession, request,
                      response);
}

CallStatus GatewayClient::Drain(const admin::v1::DrainRequest& request,
                                admin::v1::DrainResponse& response) {
  return impl_->Unary(impl_->admin, &admin::v1::AdminService::Stub::Drain, request, response);
}

CallStatus GatewayClient::SetLogLevel(const admin::v1::SetLogLevelRequest& request,
                                      admin::v1::SetLogLevelResponse& response) {
  return impl_->Unary(impl_->admin, &admin::v1::AdminService::Stub::SetLogLevel, request, response);
}

}  // namespace dirlease::cli
