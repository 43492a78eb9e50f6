// The fixture of the tests through gRPC over a real slapd.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "support/grpc/client.h"
#include "support/grpc/gateway_harness.h"
#include "support/requests.h"
#include "support/sample_people.h"
#include "support/slapd.h"

namespace dirlease::testing {

class SlapdGatewayTest : public ::testing::Test {
 protected:
  // Call first.
  void Start(SlapdOptions slapd, GatewayHarness::Options gateway = {}) {
    slapd_.emplace(std::move(slapd));
    if (gateway.targets.empty()) gateway.targets = {TargetAt({slapd_->uri()})};
    gateway_.emplace(std::move(gateway));
    client_ = std::make_unique<Client>(gateway_->address());
  }
  // Then slapd has no connection any more.
  void TearDown() override {
    client_.reset();
    gateway_.reset();
    if (slapd_) slapd_->AssertNoOpenConnections();
  }

  std::string OpenAs(const std::string& dn, const std::string& password) {
    return client_->Open(SimpleBindRequest(dn, password)).token();
  }
  // Whom slapd limits in nothing.
  std::string OpenAsAdmin() { return OpenAs(Slapd::admin_dn(), Slapd::admin_password()); }
  SearchOutcome Search(const v1::SearchRequest& request, const std::string& token) {
    return RunSearch(*client_, request, token);
  }
  static v1::SearchRequest SearchUnder(const std::string& base_dn, const std::string& filter = "") {
    v1::SearchRequest request;
    request.set_base_dn(base_dn);
    request.set_filter(filter);
    return request;
  }

  std::optional<Slapd> slapd_;
  std::optional<GatewayHarness> gateway_;
  std::unique_ptr<Client> client_;
};

// With the administrator's lease.
class SlapdAdminTest : public SlapdGatewayTest {
 protected:
  // Call first.
  void Start(SlapdOptions slapd) {
    SlapdGatewayTest::Start(std::move(slapd));
    token_ = OpenAsAdmin();
  }
  void TearDown() override {
    client_->Unbind(token_);
    SlapdGatewayTest::TearDown();
  }

  CallEnd Call(const google::protobuf::Message& request, google::protobuf::Message* response = nullptr) {
    return client_->Call(request, response, {.token = token_});
  }

  std::string token_;
};

}  // namespace dirlease::testing
