#include "bench/load/leases.h"

#include <cstdio>
#include <cstdlib>

namespace dirlease::bench {

void CheckStatus(const grpc::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_load: %s: %s\n", what, status.error_message().c_str());
  std::exit(1);
}

Leases::Leases(const Options& options)
    : channel_(grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials())),
      sessions_(v1::SessionService::NewStub(channel_)) {
  v1::OpenSessionRequest request;
  request.mutable_credentials()->mutable_simple()->set_dn(options.bind_dn);
  request.mutable_credentials()->mutable_simple()->set_password(options.password);
  for (int i = 0; i < options.connections; ++i) {
    v1::OpenSessionResponse response;
    grpc::ClientContext context;
    CheckStatus(sessions_->OpenSession(&context, request, &response), "OpenSession");
    tokens_.push_back(response.token());
  }
}

Leases::~Leases() {
  for (const std::string& token : tokens_) {
    grpc::ClientContext context;
    context.AddMetadata(kLeaseHeader, token);
    v1::UnbindResponse response;
    CheckStatus(sessions_->Unbind(&context, {}, &response), "Unbind");
  }
}

}  // namespace dirlease::bench
