// What the listener serves beside its calls, and whose leases are whose with mutual
// TLS.
#include <google/protobuf/descriptor.pb.h>

#include <fstream>
#include <iterator>

#include "component/rpc/gateway_test.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "support/certificates.h"

namespace dirlease::testing {
namespace {

using ServerTest = GatewayTest;

constexpr char kSearchMethod[] = "/dirlease.v1.DirectoryService/Search";

TEST_F(ServerTest, ASearchWhoseRequestNeverComesEndsWithItsDeadline) {
  const auto call = client_->StartMethod(kSearchMethod, {.token = {}, .deadline = absl::Milliseconds(100)});
  EXPECT_EQ(call->Finish().code, Code::kDeadlineExceeded);
  EXPECT_FALSE(client_->Open().token().empty());
}

TEST_F(ServerTest, OctetsThatAreNoSearchRequestAreRefused) {
  v1::RawControl not_utf8;  // its second field is octets, a SearchRequest's is text
  not_utf8.set_value("\xff");
  const auto call = client_->StartMethod(kSearchMethod);
  call->Write(not_utf8);
  call->WritesDone();
  const CallEnd& end = call->Finish();
  EXPECT_EQ(end.code, Code::kInvalidArgument);
  EXPECT_NE(end.message.find("dirlease.v1.SearchRequest"), std::string::npos);
}

TEST_F(ServerTest, HealthFollowsTheDirectoryAndLivenessDoesNot) {
  const std::vector<std::string> names = {"", "dirlease.v1.SessionService",
                                          "dirlease.v1.DirectoryService"};
  gateway_.OnLoop([] {});  // the probe was answered
  for (const std::string& name : names) EXPECT_EQ(HealthOf(*client_, name), 1) << name;
  gateway_.connector().AutoAnswerProbes(false);
  gateway_.Advance(absl::Seconds(2));
  gateway_.OnLoop([] {});
  for (const std::string& name : names) EXPECT_EQ(HealthOf(*client_, name), 2) << name;
  EXPECT_EQ(HealthOf(*client_, "liveness"), 1);
  gateway_.connector().AutoAnswerProbes(true);
  gateway_.Advance(absl::Seconds(1));
  gateway_.OnLoop([] {});
  for (const std::string& name : names) EXPECT_EQ(HealthOf(*client_, name), 1) << name;
  EXPECT_EQ(HealthOf(*client_, "no.such.Service"), -5);
}

// Both versions are the same on the wire.
TEST_F(ServerTest, ReflectionListsAndDescribesTheServices) {
  for (const std::string version : {"v1", "v1alpha"}) {
    const auto call = client_->StartMethod("/grpc.reflection." + version +
                                           ".ServerReflection/ServerReflectionInfo");
    grpc::reflection::v1::ServerReflectionRequest request;
    request.set_list_services("*");
    call->Write(request);
    grpc::reflection::v1::ServerReflectionResponse response;
    ASSERT_TRUE(call->Read(response)) << version;
    std::vector<std::string> names;
    for (const auto& service : response.list_services_response().service()) {
      names.push_back(service.name());
    }
    for (const char* name : {"dirlease.v1.SessionService", "dirlease.v1.DirectoryService"}) {
      EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << version << name;
    }
    // Among others: the library's v1alpha repeats what it sent before. It leaves out the names of fields in JSON.
    const auto describes = [&](const std::string& symbol, const std::string& file_name) {
      request.set_file_containing_symbol(symbol);
      call->Write(request);
      EXPECT_TRUE(call->Read(response)) << version;
      const auto& files = response.file_descriptor_response().file_descriptor_proto();
      return std::any_of(files.begin(), files.end(), [&](const std::string& octets) {
        google::protobuf::FileDescriptorProto file;
        if (!file.ParseFromString(octets) || file.name() != file_name) return false;
        return version != "v1" || file.message_type_size() == 0 || file.message_type(0).field(0).has_json_name();
      });
    };
    EXPECT_TRUE(describes("dirlease.v1.DirectoryService.Search", "dirlease/v1/directory_service.proto"));
    EXPECT_TRUE(describes("dirlease.v1.SessionService", "dirlease/v1/session_service.proto"));
    EXPECT_TRUE(describes("grpc.health.v1.Health", "grpc/health/v1/health.proto"));
    EXPECT_TRUE(describes("google.rpc.ErrorInfo", "google/rpc/error_details.proto"));
    call->WritesDone();
    EXPECT_TRUE(call->Finish().ok());
  }
}

std::string Contents(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

ListenerPem PemOf(const CertificateFiles& files, const Certificates& callers) {
  return {.certificate = Contents(files.certificate),
          .key = Contents(files.key),
          .client_ca = Contents(callers.ca_file())};
}

TEST(MutualTls, ALeaseWorksForItsOwnerOnly) {
  Certificates authority;
  const CertificateFiles server = authority.IssueForLoopback();
  const CertificateFiles reports = authority.Issue("reports", "URI:spiffe://example/reports");
  const CertificateFiles intruder = authority.Issue("intruder", "URI:spiffe://example/intruder");
  GatewayHarness gateway({.sessions = {.max_leases_per_owner = 2},
                          .server = {.listen = "127.0.0.1:0", .tls = PemOf(server, authority)}});
  ScriptedDirectory directory(gateway.connector());
  const auto client_of = [&](const CertificateFiles& files) {
    return std::make_unique<Client>(
        gateway.address(), Client::Tls{authority.ca_file(), files.certificate, files.key});
  };
  const auto owner = client_of(reports);
  const auto stranger = client_of(intruder);
  const std::string token = owner->Open().token();
  EXPECT_TRUE(owner->Call(v1::KeepAliveRequest(), nullptr, {.token = token}).ok());

  const auto refused = [&](const google::protobuf::Message& request) {
    const CallEnd end = stranger->Call(request, nullptr, {.token = token});
    EXPECT_EQ(end.code, Code::kUnauthenticated);
    return end.reason();
  };
  EXPECT_EQ(refused(v1::KeepAliveRequest()), "SESSION_UNKNOWN");
  EXPECT_EQ(refused(v1::GetSessionRequest()), "SESSION_UNKNOWN");
  EXPECT_EQ(refused(v1::WhoAmIRequest()), "SESSION_UNKNOWN");
  EXPECT_EQ(refused(SubtreeSearch()), "SESSION_UNKNOWN");
  EXPECT_EQ(refused(v1::UnbindRequest()), "SESSION_UNKNOWN");
  v1::AbandonRequest abandon;
  abandon.set_operation_id("any");
  EXPECT_EQ(refused(abandon), "SESSION_UNKNOWN");

  // The quota is each owner's.
  owner->Open();
  EXPECT_EQ(owner->Call(v1::OpenSessionRequest(), nullptr).reason(), "TOO_MANY_SESSIONS");
  EXPECT_TRUE(stranger->Call(v1::OpenSessionRequest(), nullptr).ok());

  owner->Unbind(token);
  EXPECT_EQ(refused(v1::UnbindRequest()), "SESSION_UNKNOWN");  // nor does it learn that it ended
  EXPECT_EQ(directory.unbinds(), 1u);
}

TEST(MutualTls, WithoutACertificateNobodyGetsIn) {
  Certificates authority;
  const CertificateFiles server = authority.IssueForLoopback();
  GatewayHarness gateway({.sessions = {},
                          .server = {.listen = "127.0.0.1:0", .tls = PemOf(server, authority)}});
  Client nobody(gateway.address(), Client::Tls{authority.ca_file(), "", ""});
  EXPECT_EQ(nobody.Call(v1::OpenSessionRequest(), nullptr).code, Code::kUnavailable);
}

}  // namespace
}  // namespace dirlease::testing
