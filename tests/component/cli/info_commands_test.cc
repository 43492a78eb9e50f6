// rootdse, schema and verify, from argv to exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_status.h"
#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"

namespace dirlease::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InfoCommands : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments) {
    arguments.push_back("--address=" + gateway_.address);
    return RunClient(std::move(arguments));
  }

  FakeGateway gateway_;
};

TEST_F(InfoCommands, RootDseIsAnEntryWithoutAName) {
  v1::Attribute& vendor = *gateway_.entry.mutable_entry()->add_attributes();
  vendor.set_type("vendorName");
  vendor.add_values("A");
  EXPECT_EQ(Run({"rootdse"}).out, "dn:\nvendorName: A\n\n");
  EXPECT_EQ(gateway_.unbound.size(), 1u);
}

TEST_F(InfoCommands, SchemaIsADefinitionALineNeverFolded) {
  const std::string longer = "( 1.2.3 NAME 'x' DESC '" + std::string(200, 'y') + "' )";
  gateway_.schema.set_subschema_subentry("cn=Subschema");
  gateway_.schema.add_attribute_types(longer);
  gateway_.schema.add_object_classes("( 1.2.4 )");
  gateway_.schema.add_other_definitions("( 1.2.5 )");
  const ClientRun run = Run({"schema", "cn=Subschema"});
  EXPECT_EQ(run.out, "dn: cn=Subschema\nattributeTypes: " + longer + "\nobjectClasses: ( 1.2.4 )\nother: ( 1.2.5 )\n");
  EXPECT_EQ(gateway_.schema_dn, "cn=Subschema");
  gateway_.status = LdapFailure(grpc::StatusCode::NOT_FOUND, "ENTRY_NOT_SHOWN", 0, "");
  EXPECT_EQ(Run({"schema"}).exit_status, kExitGrpcBase + 5);
}

TEST_F(InfoCommands, VerifySaysYesOrNoAndOpensNoLease) {
  gateway_.verified.set_valid(true);
  ClientRun run = Run({"verify", "-D", "cn=a", "-w", "right", "--target", "people"});
  EXPECT_EQ(run.exit_status, 0);
  EXPECT_EQ(run.out, "valid\n");
  EXPECT_EQ(gateway_.verify.target(), "people");
  EXPECT_EQ(gateway_.verify.credentials().simple().dn(), "cn=a");
  EXPECT_EQ(gateway_.verify.credentials().simple().password(), "right");
  gateway_.verified.set_valid(false);
  gateway_.verified.mutable_bind()->mutable_result()->set_code(49);
  run = Run({"verify", "-D", "cn=a", "-w", "wrong"});
  EXPECT_EQ(run.exit_status, 49);
  EXPECT_EQ(run.out, "invalid\n");
  EXPECT_THAT(gateway_.opened, IsEmpty());
  EXPECT_THAT(gateway_.unbound, IsEmpty());
}

TEST_F(InfoCommands, VerifyNeedsAName) {
  const ClientRun run = Run({"verify"});
  EXPECT_EQ(run.exit_status, kExitUsage);
  EXPECT_THAT(run.err, HasSubstr("-D"));
}

}  // namespace
}  // namespace dirlease::cli
