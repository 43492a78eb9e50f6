#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>

#include "bench/contender.h"
#include "dirlease/v1/directory_service.grpc.pb.h"
#include "dirlease/v1/session_service.grpc.pb.h"

namespace dirlease::bench {

namespace {

void Check(const grpc::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench: %s: %s\n", what, status.error_message().c_str());
  std::exit(1);
}

class Gateway final : public Contender {
 public:
  Gateway(const std::string& address, const std::string& dn, const std::string& password) {
    // Each contender has a connection of its own.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel =
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    sessions_ = v1::SessionService::NewStub(channel);
    directory_ = v1::DirectoryService::NewStub(channel);
    v1::OpenSessionRequest request;
    request.mutable_credentials()->mutable_simple()->set_dn(dn);
    request.mutable_credentials()->mutable_simple()->set_password(password);
    v1::OpenSessionResponse response;
    grpc::ClientContext context;
    Check(sessions_->OpenSession(&context, request, &response), "OpenSession");
    token_ = response.token();
  }
  ~Gateway() override {
    grpc::ClientContext context;
    context.AddMetadata("ldap-session", token_);
    v1::UnbindResponse response;
    Check(sessions_->Unbind(&context, {}, &response), "Unbind");
  }

  int Search(const std::string& base, const std::string& filter) override {
    grpc::ClientContext context;
    context.AddMetadata("ldap-session", token_);
    v1::SearchRequest request;
    request.set_base_dn(base);
    request.set_filter(filter);
    const auto reader = directory_->Search(&context, request);
    int entries = 0;
    for (v1::SearchResponse response; reader->Read(&response);) entries += response.entries_size();
    Check(reader->Finish(), "Search");
    return entries;
  }

 private:
  std::unique_ptr<v1::SessionService::Stub> sessions_;
  std::unique_ptr<v1::DirectoryService::Stub> directory_;
  std::string token_;
};

}  // namespace

std::unique_ptr<Contender> ThroughGateway(const std::string& address, const std::string& dn,
                                          const std::string& password) {
  return std::make_unique<Gateway>(address, dn, password);
}

}  // namespace dirlease::bench
