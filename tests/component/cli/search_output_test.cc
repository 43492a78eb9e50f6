// `dirlease search --output` and colors, from argv to the text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"

namespace dirlease::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SearchOutput : public ::testing::Test {
 protected:
  SearchOutput() {
    gateway_.search_script = [](grpc::ServerWriter<v1::SearchResponse>& writer) {
      v1::SearchResponse message;
      v1::SearchEntry* entry = message.add_entries();
      entry->set_dn("cn=a");
      entry->add_attributes()->set_type("cn");
      entry->mutable_attributes(0)->add_values("a");
      message.add_references()->add_uris("ldap://x");
      message.mutable_done()->mutable_result()->set_name("success");
      writer.Write(message);
      return grpc::Status::OK;
    };
  }
  ClientRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address, "search"});
    return RunClient(std::move(arguments));
  }

  FakeGateway gateway_;
};

TEST_F(SearchOutput, IsChosen) {
  EXPECT_EQ(Run({"--output=json"}).out,
            "{\"dn\":\"cn=a\",\"attributes\":{\"cn\":[\"a\"]}}\n{\"references\":[\"ldap://x\"]}\n");
  EXPECT_THAT(Run({"--output", "ldif"}).out, HasSubstr("# extended LDIF"));
  EXPECT_EQ(Run({"--output=xml"}).exit_status, 2);
}

TEST_F(SearchOutput, DnsAloneSayWhatTheyLeaveOut) {
  const ClientRun run = Run({"--output=dn"});
  EXPECT_EQ(run.out, "cn=a\n");
  EXPECT_THAT(run.err, HasSubstr("search references left out: 1"));
}

TEST_F(SearchOutput, HasColorsOnlyWhenToldSoOrOnATerminal) {
  EXPECT_THAT(Run({"-LLL"}).out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(Run({"-LLL", "--color=always"}).out,
            "\x1b[1mdn: cn=a\x1b[0m\n\x1b[36mcn\x1b[0m: a\n\n# refldap://x\n\n");
  EXPECT_THAT(Run({"--output=json", "--color=always"}).out, Not(HasSubstr("\x1b")));
  gateway_.search_script = nullptr;
  gateway_.status = grpc::Status(grpc::UNAVAILABLE, "gone");
  EXPECT_THAT(Run({"--color=always"}).err,
              HasSubstr("dirlease: \x1b[1;31msearch failed\x1b[0m: gone"));
  EXPECT_THAT(Run({}).err, HasSubstr("dirlease: search failed: gone"));
}

TEST(ColorChoiceOf, FollowsTheTerminalAndNoColor) {
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  EXPECT_TRUE(UseColor(ColorChoice::kAuto, true));
  EXPECT_FALSE(UseColor(ColorChoice::kAuto, false));
  EXPECT_FALSE(UseColor(ColorChoice::kNever, true));
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(UseColor(ColorChoice::kAuto, true));
  EXPECT_TRUE(UseColor(ColorChoice::kAlways, false));
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(UseColor(ColorChoice::kAuto, true));
}

}  // namespace
}  // namespace dirlease::cli
