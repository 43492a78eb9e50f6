// Leases and pipelines against a gateway that this process plays.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "dirlease/client/lease.h"
#include "dirlease/v1/directory_service.grpc.pb.h"
#include "dirlease/v1/session_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace dirlease::client {
namespace {

grpc::Status Failure(grpc::StatusCode code, const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  return {code, "text", details.SerializeAsString()};
}

std::string Header(const grpc::ServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  return found == context.client_metadata().end() ? "" : std::string(found->second.data(), found->second.size());
}

// Grants leases token-1, token-2 ...; the first `lost` of them are gone when they are used.
class FakeGateway final : private v1::SessionService::Service, private v1::DirectoryService::Service {
 public:
  FakeGateway() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(static_cast<v1::SessionService::Service*>(this));
    builder.RegisterService(static_cast<v1::DirectoryService::Service*>(this));
    server_ = builder.BuildAndStart();
    address = "127.0.0.1:" + std::to_string(port);
  }
  ~FakeGateway() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address;
  int lost = 0;
  bool silent = false;            // a second OpenSession is not answered
  grpc::Status pipeline_status;   // with which a pipeline ends at once, unless OK

  std::vector<v1::OpenSessionRequest> opened;
  std::vector<std::string> opened_traces;
  std::vector<std::string> unbound;

 private:
  bool IsLost(const grpc::ServerContext& context) const {
    return std::stoi(Header(context, "ldap-session").substr(6)) <= lost;
  }
  static grpc::Status Gone() { return Failure(grpc::StatusCode::UNAUTHENTICATED, "SESSION_EXPIRED"); }

  grpc::Status OpenSession(grpc::ServerContext* context, const v1::OpenSessionRequest* request,
                           v1::OpenSessionResponse* response) override {
    opened.push_back(*request);
    opened_traces.push_back(Header(*context, "traceparent"));
    if (silent && opened.size() > 1) {
      while (!context->IsCancelled()) std::this_thread::yield();
      return grpc::Status::CANCELLED;
    }
    response->set_token("token-" + std::to_string(opened.size()));
    response->mutable_session()->mutable_ttl()->set_seconds(300);
    return grpc::Status::OK;
  }
  grpc::Status KeepAlive(grpc::ServerContext* context, const v1::KeepAliveRequest*, v1::KeepAliveResponse*) override {
    return IsLost(*context) ? Gone() : grpc::Status::OK;
  }
  grpc::Status Unbind(grpc::ServerContext* context, const v1::UnbindRequest*, v1::UnbindResponse* response) override {
    unbound.push_back(Header(*context, "ldap-session"));
    response->set_was_active(true);
    return grpc::Status::OK;
  }
  grpc::Status WhoAmI(grpc::ServerContext* context, const v1::WhoAmIRequest*, v1::WhoAmIResponse* response) override {
    if (IsLost(*context)) return Gone();
    response->set_authorization_id(Header(*context, "ldap-session"));
    return grpc::Status::OK;
  }
  grpc::Status Pipeline(grpc::ServerContext*,
                        grpc::ServerReaderWriter<v1::PipelineResponse, v1::PipelineRequest>* stream) override {
    v1::PipelineRequest request;
    if (!pipeline_status.ok()) return pipeline_status;
    while (stream->Read(&request)) {
      v1::PipelineResponse response;
      for (const auto& call : request.calls()) {
        auto* reply = response.add_replies();
        reply->set_id(call.id());
        reply->mutable_who_am_i()->set_authorization_id("u:" + std::to_string(call.id()));
        reply->mutable_status();
      }
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  std::unique_ptr<grpc::Server> server_;
};

Error ErrorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(grpc::StatusCode::OK, "no error");
}

TEST(LeaseTest, IsOpenedWithARequestIdOfItsOwnAndTheTrace) {
  FakeGateway fake;
  fake.lost = 1;
  const Gateway gateway(fake.address);
  Lease lease(gateway, {.trace_context = [] { return TraceContext{.traceparent = "00-1-2-01", .tracestate = ""}; }});
  EXPECT_EQ(lease.WhoAmI(), "token-2");
  ASSERT_EQ(fake.opened.size(), 2u);
  EXPECT_EQ(fake.opened[0].request_id().size(), 36u);
  EXPECT_NE(fake.opened[0].request_id(), fake.opened[1].request_id());
  EXPECT_EQ(fake.opened_traces, std::vector<std::string>(2, "00-1-2-01"));
}

TEST(LeaseTest, UnbindsOnce) {
  FakeGateway fake;
  const Gateway gateway(fake.address);
  {
    Lease lease(gateway);
    EXPECT_TRUE(lease.Unbind());
    EXPECT_FALSE(lease.Unbind());
  }
  EXPECT_EQ(fake.unbound, std::vector<std::string>{"token-1"});
}

TEST(LeaseTest, OneDeadlineCoversTheReopeningToo) {
  FakeGateway fake;
  fake.lost = 1;
  fake.silent = true;
  const Gateway gateway(fake.address);
  Lease lease(gateway);
  const Error error = ErrorOf([&] { lease.WhoAmI({.timeout = std::chrono::milliseconds(100), .trace_context = {}}); });
  EXPECT_EQ(error.code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST(PipelineTest, AnswersEachCallAndClosesTwice) {
  FakeGateway fake;
  const Gateway gateway(fake.address);
  Lease lease(gateway);
  auto pipeline = lease.OpenPipeline();
  std::vector<Pending<v1::WhoAmIResponse>> answers;
  for (int i = 0; i < 1000; ++i) answers.push_back(pipeline.Submit(v1::WhoAmIRequest()));
  for (auto& answer : answers) EXPECT_EQ(answer.Get().authorization_id(), "u:" + std::to_string(answer.id()));
  std::thread other([&] { pipeline.Close(); });
  pipeline.Close();
  other.join();
  EXPECT_EQ(ErrorOf([&] { pipeline.Submit(v1::WhoAmIRequest()); }).code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(PipelineTest, OfALostLeaseReopensIt) {
  FakeGateway fake;
  fake.lost = 1;
  const Gateway gateway(fake.address);
  Lease lease(gateway);
  auto pipeline = lease.OpenPipeline();
  EXPECT_EQ(pipeline.Submit(v1::WhoAmIRequest()).Get().authorization_id(), "u:1");
  EXPECT_EQ(fake.opened.size(), 2u);
}

TEST(PipelineTest, AStreamThatEndsEarlyIsTheEndOfItsPipeline) {
  FakeGateway fake;
  fake.pipeline_status = Failure(grpc::StatusCode::UNAVAILABLE, "LDAP_SERVER_DOWN");
  const Gateway gateway(fake.address);
  Lease lease(gateway);
  auto pipeline = lease.OpenPipeline();
  for (int i = 0; i < 2; ++i) {
    const Error error = ErrorOf([&] { pipeline.Submit(v1::WhoAmIRequest()).Get(); });
    EXPECT_EQ(error.reason(), "LDAP_SERVER_DOWN");
    EXPECT_FALSE(error.outcome_unknown());
  }
  EXPECT_EQ(ErrorOf([&] { pipeline.Close(); }).reason(), "LDAP_SERVER_DOWN");
}

TEST(PipelineTest, MayGoAwayWithCallsUnanswered) {
  FakeGateway fake;
  const Gateway gateway(fake.address);
  Lease lease(gateway);
  for (int i = 0; i < 20; ++i) {
    auto pipeline = lease.OpenPipeline();
    for (int n = 0; n < i; ++n) pipeline.Submit(v1::WhoAmIRequest());
  }
}

}  // namespace
}  // namespace dirlease::client
