// The commands that change entries, and those on one entry: what they ask of the gateway, what they
// tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/unique_fd.h"
#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"
#include "support/temp_dir.h"

namespace dirlease::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Changes : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address});
    return RunClient(std::move(arguments));
  }
  std::string FileOf(const std::string& text) {
    const std::string path = folder_.File("input");
    std::ofstream(path) << text;
    return path;
  }
  void Refuse(const std::string& dn) {
    gateway_.statuses_by_dn[dn] =
        LdapFailure(grpc::StatusCode::ALREADY_EXISTS, "ENTRY_ALREADY_EXISTS", 68, "entryAlreadyExists");
  }

  FakeGateway gateway_;
  dirlease::testing::TempDir folder_;
  const std::string three_ =
      FileOf("dn: cn=a\nchangetype: delete\n\ndn: cn=b\nchangetype: delete\n\ndn: cn=c\nchangetype: delete\n");
};

TEST_F(Changes, ModifySendsRecordsInOrderOnOneLease) {
  const ClientRun run = Run({"modify", "-f", three_});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_EQ(run.out, "deleted cn=a\ndeleted cn=b\ndeleted cn=c\n");
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(gateway_.changes, ElementsAre("delete cn=a", "delete cn=b", "delete cn=c"));
  EXPECT_THAT(gateway_.opened, SizeIs(1));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(Changes, TheFirstFailureEndsItAndNamesItsLine) {
  Refuse("cn=b");
  const ClientRun run = Run({"modify", "-f", three_});
  EXPECT_EQ(run.exit_status, 68);
  EXPECT_THAT(run.err, HasSubstr("deleting \"cn=b\" (line 4) failed"));
  EXPECT_THAT(run.err, HasSubstr("changes done: 1, failed: 1, the rest was not tried"));
  EXPECT_THAT(gateway_.changes, SizeIs(2));
}

TEST_F(Changes, ContinueGoesOnUnlessTheLeaseIsGone) {
  Refuse("cn=a");
  ClientRun run = Run({"modify", "-c", "-f", three_});
  EXPECT_EQ(run.exit_status, 68);
  EXPECT_EQ(run.out, "deleted cn=b\ndeleted cn=c\n");
  gateway_.changes.clear();
  EXPECT_THAT(run.err, HasSubstr("changes done: 2, failed: 1\n"));
  gateway_.statuses_by_dn["cn=a"] = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "the lease is lost");
  run = Run({"modify", "-c", "-f", three_});
  EXPECT_EQ(run.exit_status, 216);
  EXPECT_THAT(run.err, HasSubstr("changes done: 0, failed: 1, the rest was not tried\n"));
  EXPECT_THAT(gateway_.changes, SizeIs(1));
}

TEST_F(Changes, ContinueGoesOnBehindAMessageThatIsTooLarge) {
  const std::string large(5 * 1024 * 1024, 'x');
  const ClientRun run = Run({"modify", "-c", "-f",
                             FileOf("dn: cn=a\nreplace: cn\ncn: " + large + "\n\ndn: cn=b\nchangetype: delete\n")});
  EXPECT_EQ(run.exit_status, 208) << run.err;
  EXPECT_EQ(run.out, "deleted cn=b\n");
  EXPECT_THAT(run.err, HasSubstr("changes done: 1, failed: 1\n"));
}

TEST_F(Changes, ContinueEndsAtAQuota) {
  gateway_.statuses_by_dn["cn=a"] = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls");
  EXPECT_EQ(Run({"modify", "-c", "-f", three_}).exit_status, 208);
  EXPECT_THAT(gateway_.changes, SizeIs(1));
}

TEST_F(Changes, AWriteWithoutAnAnswerIsUnknownAndNotFailed) {
  for (const auto code : {grpc::StatusCode::CANCELLED, grpc::StatusCode::DEADLINE_EXCEEDED,
                          grpc::StatusCode::UNKNOWN, grpc::StatusCode::UNAVAILABLE}) {
    gateway_.changes.clear();
    gateway_.statuses_by_dn["cn=b"] = grpc::Status(code, "no answer");
    const ClientRun run = Run({"modify", "-c", "-f", three_});
    EXPECT_EQ(run.exit_status, 200 + code);
    EXPECT_THAT(run.err, HasSubstr("read the entry before you repeat the write: it may have happened"));
    EXPECT_THAT(run.err, HasSubstr("changes done: 1, failed: 0, unknown: 1, the rest was not tried\n"));
    EXPECT_THAT(gateway_.changes, SizeIs(2));
  }
}

TEST_F(Changes, EveryWriteSaysThatItMayHaveHappened) {
  gateway_.status = grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "too late");
  for (const std::vector<std::string>& write :
       {std::vector<std::string>{"delete", "cn=a"}, {"rename", "cn=a", "cn=b"}, {"passwd"}, {"extended", "1.2.3"}}) {
    EXPECT_THAT(Run(write).err, HasSubstr("it may have happened")) << write[0];
  }
  EXPECT_THAT(Run({"get", "cn=a"}).err, Not(HasSubstr("happened")));
}

// Takes text, but cannot hand it on.
class DeafBuffer : public std::stringbuf {
 protected:
  int sync() override { return -1; }
};

TEST_F(Changes, NothingMoreIsDoneWhenTheOutputIsGone) {
  DeafBuffer buffer;
  std::ostream out(&buffer);
  Interrupts interrupts;
  const ClientRun run = RunClient({"--address", gateway_.address, "modify", "-c", "-f", three_}, interrupts, &out);
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(gateway_.changes, ElementsAre("delete cn=a"));
  EXPECT_THAT(run.err, HasSubstr("could not be written\ndirlease: changes done: 1, failed: 0, the rest was not"));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(Changes, AMistakeInTheFileIsToldWithItsPlaceAndSkippedWithContinue) {
  const std::string file = FileOf("dn: cn=a\nuserPassword secret\n\ndn: cn=b\nchangetype: delete\n");
  ClientRun run = Run({"modify", "-f", file});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr(file + ":2: has no name with a colon"));
  EXPECT_THAT(run.err, Not(HasSubstr("secret")));
  EXPECT_THAT(gateway_.opened, IsEmpty());
  run = Run({"modify", "--continue", "-f", file});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(gateway_.changes, ElementsAre("delete cn=b"));
}

TEST_F(Changes, ADryRunSendsNothing) {
  const ClientRun run = Run({"modify", "-n", "-f", three_});
  EXPECT_EQ(run.exit_status, 0);
  EXPECT_THAT(run.out, HasSubstr("would be deleted cn=a\n"));
  EXPECT_THAT(run.err, HasSubstr("changes read: 3, failed: 0; nothing was sent, so neither gateway nor directory"));
  EXPECT_THAT(gateway_.opened, IsEmpty());
}

TEST_F(Changes, AddTakesContentRecords) {
  const ClientRun run = Run({"add", "-f", FileOf("dn: cn=a\nobjectClass: person\ncn: a\n")});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_EQ(run.out, "added cn=a\n");
  EXPECT_EQ(gateway_.add.attributes_size(), 2);
  EXPECT_EQ(Run({"modify", "-a", "-f", FileOf("dn: cn=a\ncn: a\n")}).exit_status, 0);
  EXPECT_EQ(Run({"modify", "-f", FileOf("dn: cn=a\ncn: a\n")}).exit_status, 1);
}

TEST_F(Changes, AFileThatIsNotThereIsALocalFailure) {
  const ClientRun run = Run({"modify", "-f", folder_.File("missing")});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot read " + folder_.File("missing") + ": No such file"));
}

TEST_F(Changes, ADirectoryIsNoEmptyFile) {
  for (const char* const command : {"modify", "delete"}) {
    const ClientRun run = Run({command, "-f", folder_.path().string()});
    EXPECT_EQ(run.exit_status, 1);
    EXPECT_THAT(run.err, HasSubstr("cannot read " + folder_.path().string() + ": Is a directory\n"));
  }
}

// Standard input in the test's hand; what it was comes back.
class StandardInput {
 public:
  StandardInput() : before_(dup(STDIN_FILENO)) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    write_end_.Reset(ends[1]);
  }
  ~StandardInput() { dup2(before_.get(), STDIN_FILENO); }
  void Write(const std::string& text) {
    EXPECT_EQ(write(write_end_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void Close() { write_end_.Reset(); }
  // What was written comes, then ECONNRESET: this end goes away with something unread.
  void Break() {
    EXPECT_EQ(write(STDIN_FILENO, "x", 1), 1);
    Close();
  }

 private:
  const UniqueFd before_;
  UniqueFd write_end_;
};

TEST_F(Changes, RecordsComeFromStandardInput) {
  StandardInput input;
  input.Write("dn: cn=a\nchangetype: delete\n");
  input.Close();
  EXPECT_EQ(Run({"modify"}).out, "deleted cn=a\n");
}

TEST_F(Changes, AReadThatFailsIsNoEndAndWhatCameLastIsDropped) {
  for (const char* const last : {"dn: cn=b\nchangetype: modify\ndelete: cn\n-\n", "dn: cn=b\nchangety"}) {
    gateway_.changes.clear();
    StandardInput input;
    input.Write(std::string("dn: cn=a\nchangetype: delete\n\n") + last);
    input.Break();
    const ClientRun run = Run({"modify", "-c"});
    EXPECT_EQ(run.exit_status, 1);
    EXPECT_THAT(gateway_.changes, ElementsAre("delete cn=a"));
    EXPECT_THAT(run.err, HasSubstr("cannot read standard input: Connection reset"));
    EXPECT_THAT(run.err, HasSubstr("changes done: 1, failed: 0, the rest was not tried\n"));
  }
}

TEST_F(Changes, AnInterruptSendsNoHalfOfARecord) {
  StandardInput input;
  input.Write("dn: cn=a\nchangetype: modify\ndelete: cn\n-\n");
  Interrupts interrupts;
  interrupts.Raise(SIGINT);
  const ClientRun run = RunClient({"--address", gateway_.address, "modify"}, interrupts);
  EXPECT_EQ(run.exit_status, 130);
  EXPECT_THAT(gateway_.changes, IsEmpty());
}

TEST_F(Changes, DeleteTakesNamesOrLines) {
  EXPECT_EQ(Run({"delete", "cn=a", "cn=b"}).out, "deleted cn=a\ndeleted cn=b\n");
  EXPECT_EQ(Run({"delete", "-f", FileOf("cn=c\n\ncn=d\r\n")}).out, "deleted cn=c\ndeleted cn=d\n");
  Refuse("cn=c");
  EXPECT_THAT(Run({"delete", "-f", FileOf("cn=x\ncn=c\n")}).err, HasSubstr("deleting \"cn=c\" (line 2)"));
  EXPECT_EQ(Run({"delete", "cn=a", "-f", "x"}).exit_status, 2);
}

TEST_F(Changes, RenameHasLdapmodrdnsOptions) {
  EXPECT_EQ(Run({"rename", "-r", "-s", "dc=x", "cn=a", "cn=b"}).out, "renamed cn=a\n");
  EXPECT_EQ(gateway_.rename.new_rdn(), "cn=b");
  EXPECT_TRUE(gateway_.rename.delete_old_rdn());
  EXPECT_EQ(gateway_.rename.new_superior(), "dc=x");
  Run({"rename", "cn=a", "cn=b"});
  EXPECT_FALSE(gateway_.rename.delete_old_rdn());
  EXPECT_FALSE(gateway_.rename.has_new_superior());
}

TEST_F(Changes, GetPrintsTheEntry) {
  gateway_.entry.mutable_entry()->set_dn("cn=a");
  v1::Attribute& attribute = *gateway_.entry.mutable_entry()->add_attributes();
  attribute.set_type("cn");
  attribute.add_values("a");
  EXPECT_EQ(Run({"get", "cn=a", "cn", "mail"}).out, "dn: cn=a\ncn: a\n\n");
  EXPECT_THAT(gateway_.get.attributes(), ElementsAre("cn", "mail"));
  EXPECT_EQ(Run({"get", "cn=a", "--output=json"}).out, "{\"dn\":\"cn=a\",\"attributes\":{\"cn\":[\"a\"]}}\n");
  EXPECT_EQ(Run({"get", ""}).exit_status, 0);
}

TEST_F(Changes, PasswdSendsThePasswordsAndWipesThem) {
  const ClientRun run = Run({"passwd", "-s", "new-secret", "-a", "old-secret", "cn=a"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_EQ(gateway_.passwd.user_identity(), "cn=a");
  EXPECT_EQ(gateway_.passwd.new_password(), "new-secret");
  EXPECT_EQ(gateway_.passwd.old_password(), "old-secret");
  for (const std::string& argument : run.arguments) EXPECT_THAT(argument, Not(HasSubstr("-secret")));
  Run({"passwd", "-T", FileOf("from-a-file")});
  EXPECT_EQ(gateway_.passwd.new_password(), "from-a-file");
  EXPECT_FALSE(gateway_.passwd.has_user_identity());
  EXPECT_EQ(Run({"passwd", "-s", "a", "-T", "b"}).exit_status, 2);
}

TEST_F(Changes, PasswdPrintsWhatTheDirectoryMadeUp) {
  gateway_.password_response.set_generated_password("made-up");
  const ClientRun run = Run({"passwd"});
  EXPECT_EQ(run.out, "made-up\n");
  EXPECT_FALSE(gateway_.passwd.has_new_password());
  EXPECT_FALSE(gateway_.passwd.has_old_password());
}

TEST_F(Changes, APasswordMadeUpButNotToldIsNoSuccess) {
  const ClientRun run = Run({"passwd"});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("the password is changed, but the new one is not known"));
  EXPECT_EQ(Run({"passwd", "-s", "new-secret"}).exit_status, 0);
}

TEST_F(Changes, TooLargeAnEntryIsForSearch) {
  gateway_.status = LdapFailure(grpc::StatusCode::RESOURCE_EXHAUSTED, "ENTRY_TOO_LARGE", 0, "success");
  EXPECT_THAT(Run({"get", "cn=a"}).err, HasSubstr("what to do: read it with `dirlease search"));
  EXPECT_THAT(Run({"extended", "1.2"}).err, HasSubstr("what to do: ask for a smaller answer"));
}

TEST_F(Changes, HelpSaysWhoSeesAnExtendedValue) {
  EXPECT_THAT(Run({"extended", "--help"}).out, HasSubstr("others"));
}

TEST_F(Changes, ExtendedTakesItsValueFromAnywhere) {
  gateway_.extended_response.mutable_result()->set_name("success");
  gateway_.extended_response.set_value("dn:cn=me");
  gateway_.extended_response.add_intermediates()->set_oid("1.9");
  EXPECT_EQ(Run({"extended", "1.2.3"}).out, "intermediate: 1.9\nvalue:\n\nresult: success\nvalue: dn:cn=me\n");
  EXPECT_FALSE(gateway_.extended.has_value());
  Run({"extended", "1.2.3", "--value", "text"});
  EXPECT_EQ(gateway_.extended.value(), "text");
  Run({"extended", "1.2.3", "--value-base64", "AP8="});
  EXPECT_EQ(gateway_.extended.value(), std::string("\0\xff", 2));
  Run({"extended", "1.2.3", "--value-file", FileOf("octets")});
  EXPECT_EQ(gateway_.extended.value(), "octets");
  EXPECT_EQ(Run({"extended", "1.2.3", "--value-base64", "?"}).exit_status, 2);
  EXPECT_EQ(Run({"extended", "1.2.3", "--value", "a", "--value-base64", "AP8="}).exit_status, 2);
}

}  // namespace
}  // namespace dirlease::cli
