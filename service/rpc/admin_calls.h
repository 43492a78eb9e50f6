// The calls of AdminService. See rpc/call.h for their life; the messages they are given live until they finish. Each logs
// who asked for what.
#pragma once

#include <functional>

#include "base/log.h"
#include "dirlease/admin/v1/admin_service.pb.h"
#include "rpc/call.h"

namespace dirlease {

// What operators' calls mean beside the leases. Loop thread only; outlives the calls.
struct AdminHooks {
  absl::Duration drain_grace;                   // of a Drain that names none
  std::function<void()> on_drain = [] {};       // before the leases hear of it
  std::function<void(log::Level)> on_log_level = [](log::Level) {};
};

// Where the next page begins, opaque to callers; empty for what is no such token.
std::string PageTokenAfter(LeaseId lease);
std::optional<LeaseId> LeaseOfPageToken(const std::string& token);

// Answers at once, so it is over before anything can cancel it.
class AdminCall : public UnaryCall {
 public:
  void Cancel() override { FinishCancelled(); }

 protected:
  AdminCall(SessionManager& manager, CallInfo info, Responder& responder, std::string operation,
            const AdminHooks& hooks)
      : UnaryCall(manager, std::move(info), responder, std::move(operation)), hooks_(hooks) {}

  // `what` is the call's one argument, `outcome` what came of it.
  void Log(std::string_view what, std::string_view outcome) const;

  const AdminHooks& hooks_;
};

class ListSessionsCall final : public AdminCall {
 public:
  ListSessionsCall(SessionManager& manager, CallInfo info, Responder& responder,
                   const admin::v1::ListSessionsRequest& request,
                   admin::v1::ListSessionsResponse& response, const AdminHooks& hooks)
      : AdminCall(manager, std::move(info), responder, "ListSessions", hooks),
        request_(request),
        response_(response) {}

 private:
  void Run() override;

  const admin::v1::ListSessionsRequest& request_;
  admin::v1::ListSessionsResponse& response_;
};

class RevokeSessionCall final : public AdminCall {
 public:
  RevokeSessionCall(SessionManager& manager, CallInfo info, Responder& responder,
                    const admin::v1::RevokeSessionRequest& request,
                    admin::v1::RevokeSessionResponse& response, const AdminHooks& hooks)
      : AdminCall(manager, std::move(info), responder, "RevokeSession", hooks),
        request_(request),
        response_(response) {}

 private:
  void Run() override;

  const admin::v1::RevokeSessionRequest& request_;
  admin::v1::RevokeSessionResponse& response_;
};

class DrainCall final : public AdminCall {
 public:
  DrainCall(SessionManager& manager, CallInfo info, Responder& responder,
            const admin::v1::DrainRequest& request, admin::v1::DrainResponse& response,
            const AdminHooks& hooks)
      : AdminCall(manager, std::move(info), responder, "Drain", hooks),
        request_(request),
        response_(response) {}

 private:
  void Run() override;

  const admin::v1::DrainRequest& request_;
  admin::v1::DrainResponse& response_;
};

class SetLogLevelCall final : public AdminCall {
 public:
  SetLogLevelCall(SessionManager& manager, CallInfo info, Responder& responder,
                  const admin::v1::SetLogLevelRequest& request,
                  admin::v1::SetLogLevelResponse& response, const AdminHooks& hooks)
      : AdminCall(manager, std::move(info), responder, "SetLogLevel", hooks),
        request_(request),
        response_(response) {}

 private:
  void Run() override;
  void Set(log::Level level);

  const admin::v1::SetLogLevelRequest& request_;
  admin::v1::SetLogLevelResponse& response_;
};

}  // namespace dirlease
