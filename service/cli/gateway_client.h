// The gateway as the commands see it: one blocking method per RPC, without gRPC's types, so that
// few files compile those. Thread-safe but for set_lease(), which comes before the calls.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dirlease/admin/v1/admin_service.pb.h"
#include "dirlease/v1/directory_service.pb.h"
#include "dirlease/v1/session_service.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"

namespace dirlease::cli {

struct ConnectionOptions {
  // HOST:PORT or another gRPC target.
  std::string address;
  bool tls = false;
  // PEM texts. An empty ca_pem = the system's roots; certificate and key identify this caller
  // (mTLS), both or none.
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
  // Deadline of each call; unset = none.
  std::optional<std::chrono::milliseconds> timeout;
};

// Code 0 = OK. Codes, texts and details as the gateway sent them.
using CallStatus = google::rpc::Status;

class GatewayClient {
 public:
  // Does not connect yet: the first call does.
  explicit GatewayClient(const ConnectionOptions& options);
  ~GatewayClient();
  GatewayClient(const GatewayClient&) = delete;
  GatewayClient& operator=(const GatewayClient&) = delete;

  // Another one on the same channel, for a lease of its own. An Interrupt() of one interrupts all.
  std::unique_ptr<GatewayClient> NewSibling() const;

  // The lease that the calls below run on, sent as metadata. REQUIRES: IsTokenText(token).
  void set_lease(std::string_view token);

  // Wipes the password in `request`. `token` is what later calls have to send: a proxy's own form
  // of it where the response header has one.
  CallStatus OpenSession(v1::OpenSessionRequest& request, v1::OpenSessionResponse& response,
                         std::string& token);
  // Wipes the password in `request`.
  CallStatus Rebind(v1::RebindRequest& request, v1::RebindResponse& response);
  CallStatus KeepAlive(v1::KeepAliveResponse& response);
  CallStatus GetSession(v1::GetSessionResponse& response);
  CallStatus Abandon(const v1::AbandonRequest& request, v1::AbandonResponse& response);
  CallStatus Compare(const v1::CompareRequest& request, v1::CompareResponse& response);
  CallStatus WhoAmI(const v1::WhoAmIRequest& request, v1::WhoAmIResponse& response);
  CallStatus GetRootDse(v1::GetRootDseResponse& response);
  CallStatus GetSchema(const v1::GetSchemaRequest& request, v1::GetSchemaResponse& response);
  // Wipes the password in `request`.
  CallStatus VerifyCredentials(v1::VerifyCredentialsRequest& request, v1::VerifyCredentialsResponse& response);
  CallStatus GetEntry(const v1::GetEntryRequest& request, v1::GetEntryResponse& response);
  CallStatus Add(const v1::AddRequest& request, v1::AddResponse& response);
  CallStatus Modify(const v1::ModifyRequest& request, v1::ModifyResponse& response);
  CallStatus Delete(const v1::DeleteRequest& request, v1::DeleteResponse& response);
  CallStatus ModifyDn(const v1::ModifyDnRequest& request, v1::ModifyDnResponse& response);
  // Wipes the passwords in `request`.
  CallStatus ChangePassword(v1::ChangePasswordRequest& request,
                            v1::ChangePasswordResponse& response);
  CallStatus Extended(const v1::ExtendedRequest& request, v1::ExtendedResponse& response);
  // For the Unbind of a lease that nobody asked for by name: a command that is over waits no longer.
  static constexpr std::chrono::seconds kCleanUpTimeout{10};
  // Still goes out after one Interrupt(), so that a stopped command leaves no lease behind;
  // `timeout` wins over the options'.
  CallStatus Unbind(const v1::UnbindRequest& request, v1::UnbindResponse& response,
                    std::optional<std::chrono::milliseconds> timeout);

  // Runs `on_message` on the calling thread, for each message in order; when it returns false the
  // call is cancelled, and what still arrives is dropped. The message is valid during the call
  // only.
  using MessageSink = std::function<bool(const v1::SearchResponse& message)>;
  // `operation_id` gets the response header's name of the operation, where it has one.
  CallStatus Search(const v1::SearchRequest& request, const MessageSink& on_message,
                    std::string& operation_id);

  // As Search.
  using SyncSink = std::function<bool(const v1::SyncResponse& message)>;
  CallStatus Sync(const v1::SyncRequest& request, const SyncSink& on_message);

  // Calls of one stream: sends `first`, and after each message of replies what `on_replies` puts into `next`, until it
  // returns false: then no more calls come. For at most about a hundred small calls outstanding: sending may wait while
  // nobody reads.
  using PipelineSink = std::function<bool(const v1::PipelineResponse& replies, v1::PipelineRequest& next)>;
  CallStatus Pipeline(const v1::PipelineRequest& first, const PipelineSink& on_replies);

  // As Search: until the lease or the call ends, which is never OK.
  using HoldSink = std::function<bool(const v1::HoldSessionResponse& event)>;
  CallStatus HoldSession(const v1::HoldSessionRequest& request, const HoldSink& on_event);

  // Of the operators' listener.
  CallStatus ListSessions(const admin::v1::ListSessionsRequest& request,
                          admin::v1::ListSessionsResponse& response);
  CallStatus RevokeSession(const admin::v1::RevokeSessionRequest& request,
                           admin::v1::RevokeSessionResponse& response);
  CallStatus Drain(const admin::v1::DrainRequest& request, admin::v1::DrainResponse& response);
  CallStatus SetLogLevel(const admin::v1::SetLogLevelRequest& request,
                         admin::v1::SetLogLevelResponse& response);

  // `timeout` wins over the options'.
  CallStatus CheckHealth(const grpc::health::v1::HealthCheckRequest& request,
                         grpc::health::v1::HealthCheckResponse& response,
                         std::chrono::milliseconds timeout);
  using HealthSink = std::function<bool(const grpc::health::v1::HealthCheckResponse& response)>;
  // As Search: the status now, then each change, until the call ends, which is never OK.
  CallStatus WatchHealth(const grpc::health::v1::HealthCheckRequest& request,
                         const HealthSink& on_change);

  // Cancels the running calls; calls made later end CANCELLED at once, Unbind only after a second
  // Interrupt().
  void Interrupt();

 private:
  class Impl;
  explicit GatewayClient(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace dirlease::cli
