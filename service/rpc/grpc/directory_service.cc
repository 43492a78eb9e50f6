#include "dirlease/v1/directory_service.grpc.pb.h"
#include "rpc/directory_calls.h"
#include "rpc/grpc/pipeline_reactor.h"
#include "rpc/grpc/services.h"
#include "rpc/grpc/stream_reactor.h"
#include "rpc/grpc/unary_reactor.h"
#include "rpc/root_dse_call.h"
#include "rpc/schema_call.h"
#include "rpc/search_call.h"
#include "rpc/sync_call.h"
#include "rpc/write_calls.h"

namespace dirlease {

namespace {

using Context = grpc::CallbackServerContext;

using D = v1::DirectoryService;
// Search, Sync and Pipeline work on octets (rpc/wire_message.h), the others on messages. One by one, since D::CallbackService
// has a Pipeline that differs from the raw one in nothing but what it returns.
using Unary = D::WithCallbackMethod_GetEntry<D::WithCallbackMethod_Compare<D::WithCallbackMethod_Add<
    D::WithCallbackMethod_Modify<D::WithCallbackMethod_Delete<D::WithCallbackMethod_ModifyDn<
        D::WithCallbackMethod_ChangePassword<D::WithCallbackMethod_WhoAmI<D::WithCallbackMethod_Extended<
            D::WithCallbackMethod_Abandon<D::WithCallbackMethod_GetRootDse<
                D::WithCallbackMethod_GetSchema<D::Service>>>>>>>>>>>>;
using Methods =
    D::WithRawCallbackMethod_Search<D::WithRawCallbackMethod_Sync<D::WithRawCallbackMethod_Pipeline<Unary>>>;
using SearchReactor = StreamReactor<v1::SearchRequest, SearchCall>;
using SyncReactor = StreamReactor<v1::SyncRequest, SyncCall>;

class DirectoryService final : public Methods {
 public:
  DirectoryService(EventLoop& loop, SessionManager& manager) : loop_(loop), manager_(manager) {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* Search(Context* context,
                                                     const grpc::ByteBuffer* request) override {
    return new SearchReactor(loop_, manager_, *context, *request);
  }
  grpc::ServerUnaryReactor* GetEntry(Context* context, const v1::GetEntryRequest* request,
                                     v1::GetEntryResponse* response) override {
    return UnaryReactor::Run<GetEntryCall>(loop_, manager_, context, *request, response);
  }
  grpc::ServerUnaryReactor* Add(Context* context, const v1::AddRequest* request,
                                v1::AddResponse* response) override {
    return RunForResult("Add", AddFromProto, context, *request, response);
  }
  grpc::ServerUnaryReactor* Modify(Context* context, const v1::ModifyRequest* request,
                                   v1::ModifyResponse* response) override {
    return RunForResult("Modify", ModifyFromProto, context, *request, response);
  }
  grpc::ServerUnaryReactor* Delete(Context* context, const v1::DeleteRequest* request,
                                   v1::DeleteResponse* response) override {
    return RunForResult("Delete", DeleteFromProto, context, *request, response);
  }
  grpc::ServerUnaryReactor* ModifyDn(Context* context, const v1::ModifyDnRequest* request,
                                     v1::ModifyDnResponse* response) override {
    return RunForResult("ModifyDn", ModifyDnFromProto, context, *request, response);
  }
  grpc::ServerUnaryReactor* ChangePassword(Context* context, const v1::ChangePasswordRequest* request,
                                           v1::ChangePasswordResponse* response) override {
    return UnaryReactor::Run<ChangePasswordCall>(loop_, manager_, context, Mutable(*request), response);
  }
  grpc::ServerUnaryReactor* Extended(Context* context, const v1::ExtendedRequest* request,
                                     v1::ExtendedResponse* response) override {
    return UnaryReactor::Run<ExtendedCall>(loop_, manager_, context, Mutable(*request), response);
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
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Sync(Context* context, const grpc::ByteBuffer* request) override {
    return new SyncReactor(loop_, manager_, *context, *request);
  }
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Pipeline(Context* context) override {
    return new PipelineReactor(loop_, manager_, *context);
  }
  grpc::ServerUnaryReactor* GetRootDse(Context* context, const v1::GetRootDseRequest* request,
                                       v1::GetRootDseResponse* response) override {
    return UnaryReactor::Run<GetRootDseCall>(loop_, manager_, context, *request, response);
  }
  grpc::ServerUnaryReactor* GetSchema(Context* context, const v1::GetSchemaRequest* request,
                                      v1::GetSchemaResponse* response) override {
    return UnaryReactor::Run<SchemaCall>(loop_, manager_, context, *request, response, schemas_);
  }

 private:
  // gRPC hands out its own copy as const; the passwords in it are ours to wipe.
  template <typename Request>
  static Request& Mutable(const Request& request) {
    return const_cast<Request&>(request);
  }

  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* RunForResult(const char* method,
                                         Outcome<OperationRequest> (*convert)(const Request&),
                                         Context* context, const Request& request, Response* response) {
    return UnaryReactor::Run<ResultCall<Request, Response>>(loop_, manager_, context, Mutable(request),
                                                            response, method, convert);
  }

  EventLoop& loop_;
  SessionManager& manager_;
  const std::shared_ptr<SchemaCache> schemas_ = std::make_shared<SchemaCache>();  // of the loop
};

}  // namespace

std::unique_ptr<grpc::Service> NewDirectoryService(EventLoop& loop, SessionManager& manager) {
  return std::make_unique<DirectoryService>(loop, manager);
}

}  // namespace dirlease
