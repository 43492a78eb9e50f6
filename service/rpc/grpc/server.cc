#include "rpc/grpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>

#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

#include "rpc/grpc/grpc_log.h"
#include "rpc/grpc/listen_address.h"
#include "rpc/grpc/reflection_v1.h"
#include "rpc/grpc/services.h"

namespace dirlease {

namespace {

constexpr int kSecond = 1000;
constexpr int kMostReceiveOctets = 8 * 1024 * 1024;

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

void SetChannelArguments(grpc::ServerBuilder& builder) {
  // Two processes on one port would both start and share the callers.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A caller that vanished without a word would keep its searches and its leases busy.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Clients that ping as often as is common would be sent away with too_many_pings.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1000);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 15 * 60 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.SetMaxReceiveMessageSize(kMostReceiveOctets);
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
  EnableHealthAndReflection();
  std::unique_ptr<Server> server(new Server);
  server->services_ = std::move(services);
  grpc::ServerBuilder builder;
  SetChannelArguments(builder);
  int port = 0;
  if (options.tls) server->tls_ = std::make_unique<ListenerTls>(*options.tls);
  builder.AddListeningPort(options.listen,
                           options.tls ? ListenerTls::Credentials(*server->tls_)
                                       : grpc::InsecureServerCredentials(),
                           &port);
  for (const auto& service : server->services_) builder.RegisterService(service.get());
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return {nullptr, "cannot listen on " + options.listen + ": " + WhyNoListener(options.listen)};
  }
  server->SetServing(false);
  server->server_->GetHealthCheckService()->SetServingStatus("liveness", true);
  server->address_ = ReplacePort(options.listen, port);
  return {std::move(server), ""};
}

void Server::SetServing(bool serving) {
  for (const char* const name : kReadinessNames) {
    server_->GetHealthCheckService()->SetServingStatus(name, serving);
  }
}

void Server::Shutdown(absl::Duration deadline) {
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(deadline));
  server_->Wait();
}

}  // namespace dirlease
