#include "cli/gateway_client.h"

#include <grpcpp/grpcpp.h>

#include "cli/gateway_channel.h"
#include "cli/secrets.h"
#include "cli/trace_parent.h"
#include "dirlease/admin/v1/admin_service.grpc.pb.h"
#include "dirlease/v1/directory_service.grpc.pb.h"
#include "dirlease/v1/session_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace dirlease::cli {
namespace {

constexpr char kLeaseKey[] = "ldap-session";
constexpr char kOperationKey[] = "ldap-operation-id";

CallStatus FromGrpc(const grpc::Status& status) {
  CallStatus result;
  // A proxy may send details that are none of ours: its code and text still count.
  if (!result.ParseFromString(status.error_details())) result.Clear();
  result.set_code(status.error_code());
  result.set_message(status.error_message());
  return result;
}

template <typename Message>
CallStatus ReadAll(grpc::ClientContext& context, grpc::ClientReader<Message>& reader,
                   const std::function<bool(const Message&)>& sink) {
  Message message;
  bool wanted = true;
  while (reader.Read(&message)) {
    if (wanted && !(wanted = sink(message))) context.TryCancel();
  }
  return FromGrpc(reader.Finish());
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
  explicit Impl(std::shared_ptr<GatewayChannel> shared_channel)
      : channel(std::move(shared_channel)),
        sessions(channel->channel()),
        directory(channel->channel()),
        admin(channel->channel()),
        health(channel->channel()) {}

  class Call : public GatewayChannel::Call {
   public:
    Call(Impl& impl, std::optional<std::chrono::milliseconds> timeout, int tolerated_interrupts = 0)
        : GatewayChannel::Call(*impl.channel, timeout, tolerated_interrupts) {
      if (!impl.lease.empty()) context.AddMetadata(kLeaseKey, impl.lease);
      const std::string trace_parent = TraceParent();
      if (!trace_parent.empty()) context.AddMetadata("traceparent", trace_parent);
    }
    explicit Call(Impl& impl) : Call(impl, impl.channel->timeout()) {}
  };

  template <typename Stub, typename Request, typename Response>
  CallStatus Unary(Stub& stub,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request, Response& response) {
    Call call(*this);
    return FromGrpc((stub.*method)(&call.context, request, &response));
  }

  const std::shared_ptr<GatewayChannel> channel;
  std::string lease;
  v1::SessionService::Stub sessions;
  v1::DirectoryService::Stub directory;
  admin::v1::AdminService::Stub admin;
  grpc::health::v1::Health::Stub health;
};

GatewayClient::GatewayClient(const ConnectionOptions& options)
    : impl_(std::make_unique<Impl>(std::make_shared<GatewayChannel>(options))) {}
GatewayClient::GatewayClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GatewayClient::~GatewayClient() = default;

std::unique_ptr<GatewayClient> GatewayClient::NewSibling() const {
  return std::unique_ptr<GatewayClient>(new GatewayClient(std::make_unique<Impl>(impl_->channel)));
}

void GatewayClient::set_lease(std::string_view token) { impl_->lease = token; }
void GatewayClient::Interrupt() { impl_->channel->Interrupt(); }

CallStatus GatewayClient::OpenSession(v1::OpenSessionRequest& request,
                                      v1::OpenSessionResponse& response, std::string& token) {
  Impl::Call call(*impl_);
  const CallStatus status =
      FromGrpc(impl_->sessions.OpenSession(&call.context, request, &response));
  WipePassword(request);
  if (status.code() != 0) return status;
  token = InitialMetadata(call.context, kLeaseKey);
  if (token.empty()) token = response.token();
  return status;
}

CallStatus GatewayClient::Rebind(v1::RebindRequest& request, v1::RebindResponse& response) {
  const CallStatus status =
      impl_->Unary(impl_->sessions, &v1::SessionService::Stub::Rebind, request, response);
  WipePassword(*request.mutable_credentials());
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

CallStatus GatewayClient::WhoAmI(const v1::WhoAmIRequest& request, v1::WhoAmIResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::WhoAmI, request, response);
}

CallStatus GatewayClient::GetRootDse(v1::GetRootDseResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::GetRootDse, {}, response);
}

CallStatus GatewayClient::GetSchema(const v1::GetSchemaRequest& request, v1::GetSchemaResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::GetSchema, request, response);
}

CallStatus GatewayClient::VerifyCredentials(v1::VerifyCredentialsRequest& request,
                                            v1::VerifyCredentialsResponse& response) {
  const CallStatus status =
      impl_->Unary(impl_->sessions, &v1::SessionService::Stub::VerifyCredentials, request, response);
  WipePassword(*request.mutable_credentials());
  return status;
}

CallStatus GatewayClient::GetEntry(const v1::GetEntryRequest& request,
                                   v1::GetEntryResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::GetEntry, request, response);
}

CallStatus GatewayClient::Add(const v1::AddRequest& request, v1::AddResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::Add, request, response);
}

CallStatus GatewayClient::Modify(const v1::ModifyRequest& request, v1::ModifyResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::Modify, request, response);
}

CallStatus GatewayClient::Delete(const v1::DeleteRequest& request, v1::DeleteResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::Delete, request, response);
}

CallStatus GatewayClient::ModifyDn(const v1::ModifyDnRequest& request,
                                   v1::ModifyDnResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::ModifyDn, request, response);
}

CallStatus GatewayClient::Extended(const v1::ExtendedRequest& request,
                                   v1::ExtendedResponse& response) {
  return impl_->Unary(impl_->directory, &v1::DirectoryService::Stub::Extended, request, response);
}

CallStatus GatewayClient::ChangePassword(v1::ChangePasswordRequest& request,
                                         v1::ChangePasswordResponse& response) {
  const CallStatus status = impl_->Unary(
      impl_->directory, &v1::DirectoryService::Stub::ChangePassword, request, response);
  Wipe(*request.mutable_old_password());
  Wipe(*request.mutable_new_password());
  return status;
}

CallStatus GatewayClient::Unbind(const v1::UnbindRequest& request, v1::UnbindResponse& response,
                                 std::optional<std::chrono::milliseconds> timeout) {
  Impl::Call call(*impl_, timeout ? timeout : impl_->channel->timeout(),
                  /*tolerated_interrupts=*/1);
  return FromGrpc(impl_->sessions.Unbind(&call.context, request, &response));
}

CallStatus GatewayClient::Search(const v1::SearchRequest& request, const MessageSink& on_message,
                                 std::string& operation_id) {
  Impl::Call call(*impl_);
  const auto reader = impl_->directory.Search(&call.context, request);
  reader->WaitForInitialMetadata();
  operation_id = InitialMetadata(call.context, kOperationKey);
  return ReadAll(call.context, *reader, on_message);
}

CallStatus GatewayClient::Sync(const v1::SyncRequest& request, const SyncSink& on_message) {
  Impl::Call call(*impl_);
  const auto reader = impl_->directory.Sync(&call.context, request);
  return ReadAll(call.context, *reader, on_message);
}

CallStatus GatewayClient::Pipeline(const v1::PipelineRequest& first, const PipelineSink& on_replies) {
  Impl::Call call(*impl_);
  const auto stream = impl_->directory.Pipeline(&call.context);
  bool open = stream->Write(first);
  v1::PipelineRequest next;
  for (v1::PipelineResponse replies; stream->Read(&replies);) {
    next.Clear();
    const bool more = on_replies(replies, next);
    if (open && next.calls_size() > 0) open = stream->Write(next);
    if (more || !open) continue;
    stream->WritesDone();
    open = false;
  }
  return FromGrpc(stream->Finish());
}

CallStatus GatewayClient::HoldSession(const v1::HoldSessionRequest& request,
                                      const HoldSink& on_event) {
  Impl::Call call(*impl_);
  const auto reader = impl_->sessions.HoldSession(&call.context, request);
  return ReadAll(call.context, *reader, on_event);
}

CallStatus GatewayClient::CheckHealth(const grpc::health::v1::HealthCheckRequest& request,
                                      grpc::health::v1::HealthCheckResponse& response,
                                      std::chrono::milliseconds timeout) {
  Impl::Call call(*impl_, timeout);
  return FromGrpc(impl_->health.Check(&call.context, request, &response));
}

CallStatus GatewayClient::WatchHealth(const grpc::health::v1::HealthCheckRequest& request,
                                      const HealthSink& on_change) {
  Impl::Call call(*impl_);
  const auto reader = impl_->health.Watch(&call.context, request);
  return ReadAll(call.context, *reader, on_change);
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
