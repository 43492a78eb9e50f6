#include "rpc/grpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "rpc/grpc/grpc_log.h"
#include "rpc/grpc/inline_completion.h"
#include "rpc/grpc/listen_address.h"
#include "rpc/grpc/listen_sockets.h"
#include "rpc/grpc/reflection_v1.h"
#include "rpc/grpc/services.h"

namespace dirlease {

namespace {

// Health names that follow readiness.
constexpr const char* kReadinessNames[] = {"", "dirlease.v1.SessionService",
                                           "dirlease.v1.DirectoryService"};
constexpr char kAdminName[] = "dirlease.admin.v1.AdminService";
constexpr const char* kCommonNames[] = {"grpc.health.v1.Health",
                                        "grpc.reflection.v1.ServerReflection",
                                        "grpc.reflection.v1alpha.ServerReflection"};

std::unique_ptr<grpc::Service> ReflectionOf(std::vector<std::string> services) {
  services.insert(services.end(), std::begin(kCommonNames), std::end(kCommonNames));
  return NewReflectionService(std::move(services));
}

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(
      std::min<int64_t>(absl::ToInt64Milliseconds(duration), std::numeric_limits<int>::max()));
}

void SetLimits(const ServerLimits& limits, grpc::ServerBuilder& builder) {
  const auto set = [&builder](const char* name, absl::Duration duration) {
    builder.AddChannelArgument(name, Milliseconds(duration));
  };
  set(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, limits.handshake_timeout);
  set(GRPC_ARG_MAX_CONNECTION_IDLE_MS, limits.max_connection_idle);
  // A caller that vanished without a word would keep its searches and its leases busy.
  set(GRPC_ARG_KEEPALIVE_TIME_MS, limits.keepalive_time);
  set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, limits.keepalive_timeout);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Clients that ping as often as is common would be sent away with too_many_pings.
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, limits.min_ping_interval);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(limits.max_concurrent_streams));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE,
                             static_cast<int>(limits.max_metadata_size));
  // A request of the largest size could inflate to a thousand times that before gRPC looks.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits.max_receive_message_size));
  builder.SetResourceQuota(grpc::ResourceQuota().Resize(limits.memory));
}

// The library keeps both switches for the whole process; setting them twice would register
// reflection twice.
void EnableHealthAndReflection() {
  [[maybe_unused]] static const bool once = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
}

}  // namespace

Server::Server() = default;
Server::~Server() = default;

Server::Started Server::Start(const Options& options, EventLoop& loop, SessionManager& manager) {
  Services services;
  services.push_back(NewSessionService(loop, manager));
  services.push_back(NewDirectoryService(loop, manager));
  services.push_back(ReflectionOf({"dirlease.v1.SessionService", "dirlease.v1.DirectoryService"}));
  return Listen(options, std::move(services));
}

Server::Started Server::StartAdmin(const Options& options, EventLoop& loop,
                                   SessionManager& manager, AdminHooks hooks) {
  hooks.on_log_level = &SetGrpcLogLevel;
  Services services;
  services.push_back(NewAdminService(loop, manager, std::move(hooks)));
  services.push_back(ReflectionOf({kAdminName}));
  Started started = Listen(options, std::move(services));
  if (started.server != nullptr) {
    started.server->server_->GetHealthCheckService()->SetServingStatus(kAdminName, true);
  }
  return started;
}

Server::Started Server::Listen(const Options& options, Services services) {
  ListenSockets listening = ListenAt(options.listen);
  if (listening.sockets.empty()) {
    return {nullptr, "cannot listen on " + options.listen + ": " + listening.error};
  }
  EnableHealthAndReflection();
  std::unique_ptr<Server> server(new Server);
  server->services_ = std::move(services);
  grpc::ServerBuilder builder;
  SetLimits(options.limits, builder);
  if (options.tls) server->tls_ = std::make_unique<ListenerTls>(*options.tls);
  server->door_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      options.tls ? ListenerTls::Credentials(*server->tls_) : grpc::InsecureServerCredentials());
  for (const auto& service : server->services_) builder.RegisterService(service.get());
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) {
    return {nullptr, "cannot serve on " + options.listen + ": the certificate or its key was refused"};
  }
  InlineCompletion::Enable(*server->server_);
  server->SetServing(false);
  server->server_->GetHealthCheckService()->SetServingStatus("liveness", true);
  server->address_ = ReplacePort(options.listen, listening.port);
  server->acceptor_ = std::make_unique<Acceptor>(
      std::move(listening.sockets), options.limits.max_connections,
      [&server = *server](int listener, int socket) { server.Serve(listener, socket); });
  return {std::move(server), ""};
}

void Server::Serve(int listener, int socket) {
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.listener_fd = listener;
  connection.fd = socket;
  door_->HandleNewConnection(&connection);
}

void Server::SetServing(bool serving) {
  for (const char* const name : kReadinessNames) {
    server_->GetHealthCheckService()->SetServingStatus(name, serving);
  }
}

void Server::Shutdown(absl::Duration deadline) {
  acceptor_->Stop();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(deadline));
  server_->Wait();
}

}  // namespace dirlease
