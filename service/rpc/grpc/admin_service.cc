#include "dirlease/admin/v1/admin_service.grpc.pb.h"
#include "rpc/admin_calls.h"
#include "rpc/grpc/services.h"
#include "rpc/grpc/unary_reactor.h"

namespace dirlease {

namespace {

using Context = grpc::CallbackServerContext;

class AdminService final : public admin::v1::AdminService::CallbackService {
 public:
  AdminService(EventLoop& loop, SessionManager& manager, AdminHooks hooks)
      : loop_(loop), manager_(manager), hooks_(std::move(hooks)) {}

  grpc::ServerUnaryReactor* ListSessions(Context* context,
                                         const admin::v1::ListSessionsRequest* request,
                                         admin::v1::ListSessionsResponse* response) override {
    return UnaryReactor::Run<ListSessionsCall>(loop_, manager_, context, *request, response,
                                               hooks_);
  }
  grpc::ServerUnaryReactor* RevokeSession(Context* context,
                                          const admin::v1::RevokeSessionRequest* request,
                                          admin::v1::RevokeSessionResponse* response) override {
    return UnaryReactor::Run<RevokeSessionCall>(loop_, manager_, context, *request, response,
                                                hooks_);
  }
  grpc::ServerUnaryReactor* Drain(Context* context, const admin::v1::DrainRequest* request,
                                  admin::v1::DrainResponse* response) override {
    return UnaryReactor::Run<DrainCall>(loop_, manager_, context, *request, response, hooks_);
  }
  grpc::ServerUnaryReactor* SetLogLevel(Context* context,
                                        const admin::v1::SetLogLevelRequest* request,
                                        admin::v1::SetLogLevelResponse* response) override {
    return UnaryReactor::Run<SetLogLevelCall>(loop_, manager_, context, *request, response, hooks_);
  }

 private:
  EventLoop& loop_;
  SessionManager& manager_;
  const AdminHooks hooks_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewAdminService(EventLoop& loop, SessionManager& manager,
                                               AdminHooks hooks) {
  return std::make_unique<AdminService>(loop, manager, std::move(hooks));
}

}  // namespace dirlease
