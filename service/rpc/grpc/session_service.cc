#include "dirlease/v1/session_service.grpc.pb.h"
#include "rpc/bind_calls.h"
#include "rpc/grpc/hold_reactor.h"
#include "rpc/grpc/services.h"
#include "rpc/grpc/unary_reactor.h"
#include "rpc/session_calls.h"
#include "rpc/verify_call.h"

namespace dirlease {

namespace {

using Context = grpc::CallbackServerContext;

class SessionService final : public v1::SessionService::CallbackService {
 public:
  SessionService(EventLoop& loop, SessionManager& manager) : loop_(loop), manager_(manager) {}

  grpc::ServerUnaryReactor* OpenSession(Context* context, const v1::OpenSessionRequest* request,
                                        v1::OpenSessionResponse* response) override {
    // gRPC hands out its own copy as const; the password in it is ours to wipe.
    auto& wipeable = const_cast<v1::OpenSessionRequest&>(*request);
    return UnaryReactor::Run<OpenCall>(loop_, manager_, context, wipeable, response);
  }
  grpc::ServerUnaryReactor* KeepAlive(Context* context, const v1::KeepAliveRequest* request,
                                      v1::KeepAliveResponse* response) override {
    return UnaryReactor::Run<KeepAliveCall>(loop_, manager_, context, *request, response);
  }
  grpc::ServerWriteReactor<v1::HoldSessionResponse>* HoldSession(
      Context* context, const v1::HoldSessionRequest* request) override {
    return new HoldReactor(loop_, manager_, *context, *request);
  }
  grpc::ServerUnaryReactor* GetSession(Context* context, const v1::GetSessionRequest* request,
                                       v1::GetSessionResponse* response) override {
    return UnaryReactor::Run<GetSessionCall>(loop_, manager_, context, *request, response);
  }
  grpc::ServerUnaryReactor* Unbind(Context* context, const v1::UnbindRequest* request,
                                   v1::UnbindResponse* response) override {
    return UnaryReactor::Run<UnbindCall>(loop_, manager_, context, *request, response);
  }
  // As above: what gRPC hands out has secrets in it.
  grpc::ServerUnaryReactor* ContinueBind(Context* context, const v1::ContinueBindRequest* request,
                                         v1::ContinueBindResponse* response) override {
    auto& wipeable = const_cast<v1::ContinueBindRequest&>(*request);
    return UnaryReactor::Run<ContinueBindCall>(loop_, manager_, context, wipeable, response);
  }
  grpc::ServerUnaryReactor* Rebind(Context* context, const v1::RebindRequest* request,
                                   v1::RebindResponse* response) override {
    auto& wipeable = const_cast<v1::RebindRequest&>(*request);
    return UnaryReactor::Run<RebindCall>(loop_, manager_, context, wipeable, response);
  }
  grpc::ServerUnaryReactor* VerifyCredentials(Context* context, const v1::VerifyCredentialsRequest* request,
                                              v1::VerifyCredentialsResponse* response) override {
    auto& wipeable = const_cast<v1::VerifyCredentialsRequest&>(*request);
    return UnaryReactor::Run<VerifyCall>(loop_, manager_, context, wipeable, response);
  }

 private:
  EventLoop& loop_;
  SessionManager& manager_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewSessionService(EventLoop& loop, SessionManager& manager) {
  return std::make_unique<SessionService>(loop, manager);
}

}  // namespace dirlease
