// `dirlease sync`: what it asks, what it prints, and that its file always holds the last cookie that was printed for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"
#include "support/temp_dir.h"

namespace dirlease::cli {
namespace {

using ::testing::HasSubstr;

class SyncCommand : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments, std::ostream* out = nullptr) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address, "sync"});
    Interrupts interrupts;
    return RunClient(std::move(arguments), interrupts, out);
  }
  v1::SyncEntry& AddEntry(v1::SyncEvent::State state, const std::string& dn, v1::SyncResponse& message) {
    v1::SyncEntry& entry = *message.add_events()->mutable_entry();
    entry.set_state(state);
    entry.set_entry_uuid(octets_of_uuid_);
    entry.mutable_entry()->set_dn(dn);
    return entry;
  }
  v1::SyncResponse& NewMessage(const std::string& cookie = "") {
    v1::SyncResponse& message = gateway_.sync_messages.emplace_back();
    message.set_cookie(cookie);
    return message;
  }
  static std::string Contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  FakeGateway gateway_;
  dirlease::testing::TempDir folder_;
  const std::string file_ = folder_.File("cookie");
  const std::string octets_of_uuid_ = "\x01\x23\x45\x67\x89\xab\xcd\xef" + std::string(8, '\xff');
  const std::string uuid_ = "01234567-89ab-cdef-ffff-ffffffffffff";
};

TEST_F(SyncCommand, AsksForWhatTheOptionsSay) {
  EXPECT_EQ(Run({"-b", "dc=example", "-s", "one", "--cookie", "c 1", "--reload", "--heartbeat", "5s", "(cn=*)", "cn"})
                .exit_status,
            0);
  EXPECT_EQ(gateway_.sync.base_dn(), "dc=example");
  EXPECT_EQ(gateway_.sync.scope(), v1::SCOPE_ONE_LEVEL);
  EXPECT_EQ(gateway_.sync.filter(), "(cn=*)");
  EXPECT_EQ(gateway_.sync.attributes(0), "cn");
  EXPECT_EQ(gateway_.sync.cookie(), "c 1");
  EXPECT_TRUE(gateway_.sync.reload_hint());
  EXPECT_EQ(gateway_.sync.heartbeat_interval().seconds(), 5);
  EXPECT_EQ(gateway_.sync.mode(), v1::SyncRequest::MODE_REFRESH_ONLY);
  EXPECT_EQ(Run({"--persist"}).exit_status, 0);
  EXPECT_EQ(gateway_.sync.mode(), v1::SyncRequest::MODE_REFRESH_AND_PERSIST);
  EXPECT_EQ(gateway_.opened.size(), 2u);
  EXPECT_EQ(gateway_.unbound.size(), 2u);
}

TEST_F(SyncCommand, IsAlsoASearchsExtension) {
  NewMessage("c2").add_events()->set_phase(v1::SyncEvent::PHASE_REFRESH_DONE);
  const auto search = [&](const std::string& extension) {
    return RunClient({"--address", gateway_.address, "search", "-b", "dc=example", "-E", extension, "(cn=*)"});
  };
  EXPECT_THAT(search("!sync=rp/rid=000,csn=1").out, HasSubstr("# cookie: c2"));
  EXPECT_EQ(gateway_.sync.mode(), v1::SyncRequest::MODE_REFRESH_AND_PERSIST);
  EXPECT_EQ(gateway_.sync.cookie(), "rid=000,csn=1");
  EXPECT_EQ(gateway_.sync.base_dn(), "dc=example");
  EXPECT_EQ(gateway_.sync.filter(), "(cn=*)");
  EXPECT_EQ(search("sync=ro").exit_status, 0);
  EXPECT_EQ(gateway_.sync.mode(), v1::SyncRequest::MODE_REFRESH_ONLY);
  EXPECT_EQ(gateway_.sync.cookie(), "");
  EXPECT_THAT(search("sync=now").err, HasSubstr("write sync=ro[/COOKIE] or sync=rp[/COOKIE]"));
}

TEST_F(SyncCommand, PrintsLdifWithWhatBecameOfEachEntry) {
  v1::SyncResponse& first = NewMessage("csn=1");
  v1::Attribute& attribute =
      *AddEntry(v1::SyncEvent::STATE_ADD, "cn=a,dc=example", first).mutable_entry()->add_attributes();
  attribute.set_type("cn");
  attribute.add_values("a");
  AddEntry(v1::SyncEvent::STATE_DELETE, "cn=b,dc=example", first);
  v1::SyncResponse& second = NewMessage("\x01");
  second.add_events()->mutable_id_set()->add_entry_uuids(octets_of_uuid_);
  second.add_events()->set_phase(v1::SyncEvent::PHASE_REFRESH_DONE);
  second.add_events()->mutable_done()->mutable_result()->set_name("success");
  EXPECT_EQ(Run({"-o", "ldif-wrap=no"}).out,
            "# state: add " + uuid_ +
                "\ndn: cn=a,dc=example\ncn: a\n\n"
                "# state: delete " + uuid_ +
                "\n# dn: cn=b,dc=example\n\n"
                "# cookie: csn=1\n\n"
                "# state: present " + uuid_ +
                "\n\n"
                "# phase: refresh done: changes follow\n\n"
                "# result: 0 success\n\n"
                "# cookie:: AQ==\n\n");
}

TEST_F(SyncCommand, PiecesOfAnEntryAreOneRecord) {
  for (const bool continued : {true, false}) {
    v1::SyncEntry& entry = AddEntry(v1::SyncEvent::STATE_MODIFY, "cn=big", NewMessage());
    entry.mutable_entry()->set_continued(continued);
    entry.mutable_entry()->add_attributes()->set_type("photo");
  }
  EXPECT_EQ(Run({}).out, "# state: modify " + uuid_ + "\ndn: cn=big\nphoto:\nphoto:\n\n");
}

TEST_F(SyncCommand, TheFileHoldsTheLastCookieAndTheNextRunResumesWithIt) {
  NewMessage("first");
  NewMessage(std::string("l\0st\n", 5));
  NewMessage();
  EXPECT_EQ(Run({"--cookie-file", file_}).exit_status, 0);
  EXPECT_EQ(gateway_.sync.cookie(), "") << "there was no file yet";
  EXPECT_EQ(Contents(file_), std::string("l\0st\n", 5));
  gateway_.sync_messages.clear();
  EXPECT_EQ(Run({"--cookie-file", file_}).exit_status, 0);
  EXPECT_EQ(gateway_.sync.cookie(), std::string("l\0st\n", 5));
  EXPECT_EQ(Contents(file_), std::string("l\0st\n", 5)) << "no cookie came: the old one stays";
}

TEST_F(SyncCommand, AFailedSyncKeepsWhatItCameTo) {
  NewMessage("reached");
  gateway_.status = LdapFailure(grpc::StatusCode::OUT_OF_RANGE, "SYNC_REFRESH_REQUIRED", 4096, "syncRefreshRequired");
  const ClientRun run = Run({"--cookie-file", file_});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("begin anew"));
  EXPECT_EQ(Contents(file_), "reached");
}

TEST_F(SyncCommand, NoCookieIsKeptForWhatCouldNotBePrinted) {
  NewMessage("never printed");
  std::ofstream full("/dev/full");
  EXPECT_EQ(Run({"--cookie-file", file_}, &full).exit_status, 1);
  EXPECT_NE(access(file_.c_str(), F_OK), 0);
}

TEST_F(SyncCommand, AFileThatCannotBeWrittenEndsIt) {
  NewMessage("c");
  const ClientRun run = Run({"--cookie-file", folder_.File("no/such/folder")});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot write"));
}

TEST_F(SyncCommand, AFileThatCannotBeReadIsNotABeginning) {
  const ClientRun run = Run({"--cookie-file", folder_.path().string()});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot read"));
}

TEST_F(SyncCommand, OneCookieIsEnough) {
  EXPECT_EQ(Run({"--cookie", "c", "--cookie-file", file_}).exit_status, 2);
}

}  // namespace
}  // namespace dirlease::cli
