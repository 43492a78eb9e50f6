#include "dirlease/v1/directory_service.grpc.pb.h"
#include "rpc/directory_calls.h"
#include "rpc/grpc/search_reactor.h"
#include "rpc/grpc/services.h"
#include "rpc/grpc/unary_reactor.h"

namespace dirlease {

namespace {

using Context = grpc::CallbackServerContext;

// Search works on octets (rpc/wire_message.h), the others on messages.
using Methods = v1::DirectoryService::WithRawCallbackMethod_Search<v1::DirectoryService::CallbackService>;

class DirectoryService final : public Methods {
 public:
  DirectoryService(EventLoop& loop, SessionManager& manager) : loop_(loop), manager_(manager) {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* Search(Context* context,
                                                     const grpc::ByteBuffer* request) override {
    return new SearchReactor(loop_, manager_, *context, *request);
  }
  grpc::ServerUnaryReactor* Compare(Context* context, const v1::CompareRequest* request,
                                    v1::CompareResponse* response) override {
    return UnaryReactor::Run<CompareCall>(loop_, manager_, context, *request, response);
  }
  grpc::ServerUnaryReactor* WhoAmI(Context* context, const v1::WhoAmIRequest* request,
                                   v1::WhoAmIResponse* response) override {
    return UnaryReactor::Run<WhoAmICall>(loop_, manager_, context, *request, response);
  }
  grpc::ServerUnaryReactor* Abandon(Context* context, const v1::AbandonRequest* request,
                                    v1::AbandonResponse* response) override {
    return UnaryReactor::Run<AbandonCall>(loop_, manager_, context, *request, response);
  }

 private:
  EventLoop& loop_;
  SessionManager& manager_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewDirectoryService(EventLoop& loop, SessionManager& manager) {
  return std::make_unique<DirectoryService>(loop, manager);
}

}  // namespace dirlease
