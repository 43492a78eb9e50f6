#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"

namespace dirlease::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

v1::SearchResponse Entries(int count) {
  v1::SearchResponse message;
  for (int i = 0; i < count; ++i) message.add_entries()->set_dn("cn=e");
  return message;
}

v1::SearchResponse Done(int32_t code, const std::string& name) {
  v1::SearchResponse message;
  message.mutable_done()->mutable_result()->set_code(code);
  message.mutable_done()->mutable_result()->set_name(name);
  return message;
}

FakeGateway::SearchScript EndlessEntries() {
  return [](grpc::ServerWriter<v1::SearchResponse>& writer) {
    while (writer.Write(Entries(3))) {
    }
    return grpc::Status::CANCELLED;
  };
}

class Client : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address});
    return RunClient(std::move(arguments));
  }
  ClientRun Run(std::vector<std::string> arguments, Interrupts& interrupts, std::ostream& out) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address});
    return RunClient(std::move(arguments), interrupts, &out);
  }

  FakeGateway gateway_;
};

TEST_F(Client, SearchOpensALeaseStreamsAndUnbindsOnce) {
  gateway_.search_script = [](auto& writer) {
    writer.Write(Entries(2));
    v1::SearchResponse last = Done(0, "success");
    last.MergeFrom(Entries(1));
    writer.Write(last);
    return grpc::Status::OK;
  };
  const ClientRun run = Run({"search", "-LLL", "-b", "dc=x"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_EQ(run.out, "dn: cn=e\n\ndn: cn=e\n\ndn: cn=e\n\n");
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(gateway_.opened, SizeIs(1));
  EXPECT_FALSE(gateway_.opened[0].has_credentials());
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
  EXPECT_THAT(gateway_.leases, ElementsAre("body-token", "body-token"));
}

TEST_F(Client, ProxysOwnFormOfTheTokenIsEchoedUnchanged) {
  gateway_.token_in_header = "wrapped:abc=";
  Run({"whoami"});
  EXPECT_THAT(gateway_.leases, ElementsAre("wrapped:abc=", "wrapped:abc="));
}

TEST_F(Client, NamedLeaseIsUsedAndKept) {
  Run({"whoami", "--lease", "mine"});
  EXPECT_THAT(gateway_.opened, IsEmpty());
  EXPECT_THAT(gateway_.unbound, IsEmpty());
  EXPECT_THAT(gateway_.leases, ElementsAre("mine"));
}

TEST_F(Client, FailedBindTellsThePersonAndShowsNoSecret) {
  gateway_.open_status = LdapFailure(grpc::StatusCode::UNAUTHENTICATED, "INVALID_CREDENTIALS", 49,
                                     "invalidCredentials");
  const ClientRun run = Run({"search", "-D", "cn=me", "-w", "s3cret!"});
  EXPECT_EQ(run.exit_status, 49);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("invalidCredentials (49)"));
  EXPECT_THAT(run.err, HasSubstr("what to do: check the bind DN"));
  EXPECT_THAT(run.err, Not(HasSubstr("s3cret!")));
  EXPECT_EQ(gateway_.opened.at(0).credentials().simple().password(), "s3cret!");
  EXPECT_THAT(gateway_.unbound, IsEmpty());
}

TEST_F(Client, FailedSearchGivesTheLdapCodeAndStillUnbinds) {
  gateway_.search_script = [](auto& writer) {
    writer.Write(Done(32, "noSuchObject"));
    return LdapFailure(grpc::StatusCode::NOT_FOUND, "NO_SUCH_OBJECT", 32, "noSuchObject");
  };
  const ClientRun run = Run({"search"});
  EXPECT_EQ(run.exit_status, 32);
  EXPECT_THAT(run.out, HasSubstr("search: op-7\nresult: 32 noSuchObject\n"));
  EXPECT_THAT(run.err, HasSubstr("noSuchObject (32)"));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(Client, FailureWithoutResultIsCalledIncomplete) {
  gateway_.search_script = [](auto& writer) {
    writer.Write(Entries(2));
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  };
  const ClientRun run = Run({"search", "-LLL"});
  EXPECT_EQ(run.exit_status, 214);
  EXPECT_THAT(run.out, HasSubstr("# incomplete"));
  EXPECT_THAT(run.err, HasSubstr("entries so far: 2; each is whole, the set is incomplete"));
}

TEST_F(Client, OkWithoutResultIsNoSuccess) {
  gateway_.search_script = [](auto& writer) {
    writer.Write(Entries(2));
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"search"}).exit_status, 1);
}

TEST_F(Client, PartialResultThatWasAcceptedKeepsItsExitStatus) {
  gateway_.search_script = [](auto& writer) {
    writer.Write(Done(4, "sizeLimitExceeded"));
    return grpc::Status::OK;
  };
  const ClientRun run = Run({"search", "--accept-partial"});
  EXPECT_EQ(run.exit_status, 4);
  EXPECT_THAT(run.err, HasSubstr("partial result: sizeLimitExceeded (4)"));
}

TEST_F(Client, CancelAfterPrintsJustThatManyAndSucceeds) {
  gateway_.search_script = EndlessEntries();
  const ClientRun run = Run({"search", "-LLL", "--cancel-after", "4"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_THAT(run.out,
              ::testing::StartsWith("dn: cn=e\n\ndn: cn=e\n\ndn: cn=e\n\ndn: cn=e\n\n# incomplete"));
  EXPECT_THAT(run.err, HasSubstr("cancelled after 4 entries, the call ended CANCELLED"));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

// Runs an action at the first flush that holds an entry; writes nothing at all when `broken`.
class HookedOutput : public std::stringbuf {
 public:
  explicit HookedOutput(std::function<void()> action, bool broken = false)
      : action_(std::move(action)), broken_(broken) {}

 protected:
  int sync() override {
    if (action_ && str().find("dn:") != std::string::npos) std::exchange(action_, nullptr)();
    return broken_ ? -1 : 0;
  }

 private:
  std::function<void()> action_;
  const bool broken_;
};

TEST_F(Client, CtrlCCancelsCountsAndUnbinds) {
  gateway_.search_script = EndlessEntries();
  Interrupts interrupts;
  HookedOutput buffer([&] { interrupts.Raise(SIGINT); });
  std::ostream out(&buffer);
  const ClientRun run = Run({"search", "-LLL"}, interrupts, out);
  EXPECT_EQ(run.exit_status, 130);
  EXPECT_THAT(run.err, HasSubstr("search interrupted\n  entries so far: "));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(Client, CtrlCBeforeTheFirstCallReachesNobody) {
  Interrupts interrupts;
  interrupts.Raise(SIGTERM);
  std::ostringstream out;
  EXPECT_EQ(Run({"search"}, interrupts, out).exit_status, 128 + SIGTERM);
  EXPECT_THAT(gateway_.opened, IsEmpty());
}

TEST_F(Client, OutputThatCannotBeWrittenCancelsAndUnbinds) {
  gateway_.search_script = EndlessEntries();
  Interrupts interrupts;
  HookedOutput buffer({}, /*broken=*/true);
  std::ostream out(&buffer);
  const ClientRun run = Run({"search"}, interrupts, out);
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("could not be written"));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(Client, TimeoutIsTheCallsDeadline) {
  gateway_.search_script = EndlessEntries();
  const ClientRun run = Run({"search", "--timeout", "300ms"});
  EXPECT_EQ(run.exit_status, 204);
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(Client, CompareAnswersAsLdapcompare) {
  gateway_.compare_response.set_matched(true);
  ClientRun run = Run({"compare", "cn=x", "jpegPhoto::/wA="});
  EXPECT_EQ(run.exit_status, 6);
  EXPECT_EQ(run.out, "TRUE\n");
  EXPECT_EQ(gateway_.compare.attribute_type(), "jpegPhoto");
  EXPECT_EQ(gateway_.compare.value(), std::string("\xff\0", 2));
  gateway_.compare_response.set_matched(false);
  run = Run({"compare", "cn=x", "cn:y"});
  EXPECT_EQ(run.exit_status, 5);
  EXPECT_EQ(run.out, "FALSE\n");
  gateway_.status = LdapFailure(grpc::StatusCode::NOT_FOUND, "NO_SUCH_OBJECT", 32, "noSuchObject");
  run = Run({"compare", "cn=x", "cn:y"});
  EXPECT_EQ(run.exit_status, 32);
  EXPECT_EQ(run.out, "UNDEFINED\n");
}

TEST_F(Client, WhoAmISaysAnonymousOrTheIdentity) {
  EXPECT_EQ(Run({"whoami"}).out, "anonymous\n");
  gateway_.who_am_i_response.set_authorization_id("dn:cn=me");
  EXPECT_EQ(Run({"whoami"}).out, "dn:cn=me\n");
}

TEST_F(Client, AbandonNamesTheOperation) {
  gateway_.abandon_response.set_found(true);
  const ClientRun run = Run({"--lease", "mine", "abandon", "op-7"});
  EXPECT_EQ(run.out, "abandoned\n");
  EXPECT_EQ(gateway_.abandon.operation_id(), "op-7");
}

TEST_F(Client, LeaseOpenPrintsTheTokenAloneAndKeepsTheLease) {
  gateway_.token_in_header = "tok";
  gateway_.session.mutable_session()->set_session_id("s-1");
  const ClientRun run =
      Run({"lease", "open", "--ttl", "90s", "--label", "job", "--request-id", "u"});
  EXPECT_EQ(run.exit_status, 0);
  EXPECT_EQ(run.out, "tok\n");
  EXPECT_THAT(run.err, HasSubstr("s-1"));
  EXPECT_THAT(run.err, Not(HasSubstr("tok")));
  EXPECT_THAT(gateway_.unbound, IsEmpty());
  EXPECT_EQ(gateway_.opened.at(0).ttl().seconds(), 90);
  EXPECT_EQ(gateway_.opened.at(0).label(), "job");
}

TEST_F(Client, TokenThatCannotBeDeliveredIsUnboundAgain) {
  Interrupts interrupts;
  HookedOutput buffer({}, /*broken=*/true);
  std::ostream out(&buffer);
  EXPECT_EQ(Run({"lease", "open"}, interrupts, out).exit_status, 1);
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(Client, LeaseKeepShowAndUnbindSpeakOfTheNamedLease) {
  gateway_.session.mutable_session()->set_bind_dn("cn=me");
  v1::Operation* operation = gateway_.session.add_operations();
  operation->set_operation_id("nightly");
  operation->set_method("Search");
  EXPECT_THAT(Run({"lease", "keep", "--lease", "mine"}).out, HasSubstr("300 s"));
  const ClientRun show = Run({"lease", "show", "--lease", "mine"});
  EXPECT_THAT(show.out, HasSubstr("cn=me"));
  EXPECT_THAT(show.out, HasSubstr("nightly"));
  EXPECT_EQ(Run({"lease", "unbind", "--wait", "1500ms", "--lease", "mine"}).out,
            "unbound, abandoned operations: 2\n");
  EXPECT_EQ(gateway_.unbound.at(0).wait().nanos(), 500'000'000);
  EXPECT_THAT(gateway_.leases, ElementsAre("mine", "mine", "mine"));
}

TEST_F(Client, LostLeaseSaysToOpenANewOne) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  info.set_reason("SESSION_EXPIRED");
  details.add_details()->PackFrom(info);
  gateway_.status = {grpc::StatusCode::UNAUTHENTICATED, "the lease has expired",
                     details.SerializeAsString()};
  const ClientRun run = Run({"whoami", "--lease", "secret-token"});
  EXPECT_EQ(run.exit_status, 216);
  EXPECT_THAT(run.err, HasSubstr("dirlease lease open"));
  EXPECT_THAT(run.err, Not(HasSubstr("secret-token")));
}

TEST(ClientWithoutGateway, SaysWhatToCheck) {
  const ClientRun run = RunClient({"whoami", "--address", "127.0.0.1:1"});
  EXPECT_EQ(run.exit_status, 214);
  EXPECT_THAT(run.err, HasSubstr("check that the gateway runs"));
}

TEST_F(Client, LeaseRebindBindsAgainAndShowsWhoItIs) {
  gateway_.session.mutable_session()->set_bind_dn("cn=other");
  const ClientRun run = Run({"lease", "rebind", "--lease", "mine", "-D", "cn=other", "-w", "pw"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("cn=other"));
  EXPECT_THAT(gateway_.leases, ElementsAre("mine"));
  EXPECT_EQ(gateway_.rebind.credentials().simple().password(), "pw");
}

}  // namespace
}  // namespace dirlease::cli
