// The audit log: its lines through the whole gateway, and its file when disks fail, fill up and are
// rotated.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "component/app/running_gateway.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/raw_peer.h"

namespace dirlease {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

std::vector<std::string> LinesOf(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

class AuditTest : public testing::RunningGatewayTest {
 protected:
  // All lines: the end of the gateway writes what waits.
  std::vector<std::string> Lines() {
    gateway_.reset();
    return LinesOf(audit_log_);
  }
  // The connection on which this name's bind waits for an answer; a probe's may come between.
  size_t AwaitBind(const std::string& dn) {
    directory_.AwaitRequestCount(testing::FakeDirectory::Kind::kBind, ++binds_);
    for (size_t i = 0; i < directory_.accepted_connections(); ++i) {
      const auto requests = directory_.Requests(i);
      if (!requests.empty() && requests.back().dn == dn) return i;
    }
    ADD_FAILURE() << "no bind";
    return 0;
  }
  // The one on which this name has bound.
  size_t ConnectionOf(const std::string& dn) {
    for (size_t i = 0; i < directory_.accepted_connections(); ++i) {
      const auto requests = directory_.Requests(i);
      if (!requests.empty() && requests.front().dn == dn) return i;
    }
    ADD_FAILURE() << "no bind";
    return 0;
  }
  // Binds with a password that the directory refuses.
  void BindInVain(testing::Client& client, const std::string& dn, int result) {
    directory_.SetAutoAnswers({});
    const auto call = client.Start(testing::SimpleBindRequest(dn, "a-wrong-password"));
    const size_t connection = AwaitBind(dn);
    directory_.Send(connection, testing::ResultMessage(
                                    directory_.Requests(connection).back().message_id, result));
    EXPECT_FALSE(call->Finish().ok());
  }

  size_t binds_ = 0;
};

TEST_F(AuditTest, TellsWhoOpenedAndEndedWhat) {
  std::string id;
  {
    testing::Client client(gateway_->address());
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    v1::OpenSessionResponse opened;
    EXPECT_TRUE(client
                    .Call(testing::SimpleBindRequest("cn=a,dc=b", "the-password"), &opened,
                          {.traceparent = "00-" + trace + "-00f067aa0ba902b7-01"})
                    .ok());
    id = opened.session().session_id();
    client.Unbind(opened.token());
    const std::string lease = ".*\"session\":\"" + id + "\"";
    EXPECT_THAT(
        Lines(),
        ElementsAre(
            AllOf(
                MatchesRegex(R"(\{"time":"[-0-9T:.]+Z",.*"event":"lease opened")" + lease + ".*"),
                HasSubstr(R"("owner":"","peer":"ipv4:127.0.0.1:)"),
                HasSubstr(
                    R"("target":"default","bind_name":"cn=a,dc=b","result":0,"result_name":"success",)"),
                HasSubstr("\"trace_id\":\"" + trace + "\"}"), Not(HasSubstr("the-password")),
                Not(HasSubstr(opened.token()))),
            AllOf(MatchesRegex(".*\"event\":\"lease ended\"" + lease + ".*"),
                  HasSubstr(R"("bind_name":"cn=a,dc=b","reason":"unbind"})"))));
  }
}

TEST_F(AuditTest, TellsWhoseBindWasRefusedAndWhy) {
  testing::Client client(gateway_->address());
  BindInVain(client, "cn=a", 49);
  BindInVain(client, "cn=b", 4711);
  directory_.StopListening();
  EXPECT_FALSE(client.Call(testing::SimpleBindRequest("cn=c", "password"), nullptr).ok());
  EXPECT_THAT(
      Lines(),
      ElementsAre(
          AllOf(HasSubstr(R"("event":"open failed")"), Not(HasSubstr("password")),
                HasSubstr(R"("bind_name":"cn=a","result":49,"result_name":"invalidCredentials",)")),
          HasSubstr(R"("bind_name":"cn=b","result":4711,"result_name":"unknownResult",)"),
          HasSubstr(R"("bind_name":"cn=c","result_name":"LDAP_CONNECT_ERROR",)")));
}

TEST_F(AuditTest, TellsWhoALeaseBecame) {
  testing::Client client(gateway_->address());
  v1::OpenSessionResponse opened;
  client.Call(testing::SimpleBindRequest("cn=a", "password"), &opened);
  v1::RebindRequest rebind;
  *rebind.mutable_credentials() = testing::SimpleBindRequest("cn=b", "another-password").credentials();
  EXPECT_TRUE(client.Call(rebind, nullptr, {.token = opened.token()}).ok());
  client.Unbind(opened.token());
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("lease opened"),
                                   AllOf(HasSubstr(R"("event":"lease rebound")"), Not(HasSubstr("password")),
                                         HasSubstr(R"("bind_name":"cn=b","bind_name_before":"cn=a")")),
                                   AllOf(HasSubstr("lease ended"), HasSubstr(R"("bind_name":"cn=b")"))));
}

TEST_F(AuditTest, TellsWhoWroteWhatAndNoValue) {
  testing::Client client(gateway_->address());
  v1::OpenSessionResponse opened;
  client.Call(testing::SimpleBindRequest("cn=a", "password"), &opened);
  const auto call = [&](const google::protobuf::Message& request) {
    return client.Start(request, {.token = opened.token()});
  };
  v1::AddRequest add;
  add.set_dn("cn=b");
  v1::Attribute& attribute = *add.add_attributes();
  attribute.set_type("userPassword");
  attribute.add_text_values("a-secret");
  const auto added = call(add);
  const size_t connection = ConnectionOf("cn=a");
  const auto request = directory_.AwaitRequest(connection, testing::FakeDirectory::Kind::kOther);
  directory_.SendRaw(connection, testing::Message(request.message_id, 0x69, testing::ResultBody(68)));
  EXPECT_EQ(added->Finish().reason(), "ENTRY_ALREADY_EXISTS");
  v1::ModifyDnRequest rename;
  rename.set_dn("cn=b");
  rename.set_new_rdn("cn=d");
  rename.set_new_superior("dc=e");
  const auto renamed = call(rename);
  directory_.SendRaw(connection, testing::Message(directory_.AwaitRequest(connection, testing::FakeDirectory::Kind::kOther, 1).message_id,
                                                  0x6d, testing::ResultBody(0)));
  EXPECT_TRUE(renamed->Finish().ok());
  v1::ChangePasswordRequest change;
  change.set_user_identity("cn=c");
  change.set_new_password("a-secret");
  const auto changed = call(change);
  directory_.AwaitRequest(connection, testing::FakeDirectory::Kind::kExtended);
  directory_.Close(connection);
  EXPECT_EQ(changed->Finish().reason(), "OUTCOME_UNKNOWN");
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_THAT(lines[1], HasSubstr(R"("bind_name":"cn=a","method":"Add","subject":"cn=b",)"));
  EXPECT_THAT(lines[1], HasSubstr(R"("end":"result","result":68,"result_name":"entryAlreadyExists",)"));
  EXPECT_THAT(lines[2], HasSubstr(R"("subject":"cn=b","new_name":"cn=d,dc=e",)"));
  EXPECT_THAT(lines[3], HasSubstr(R"("method":"ChangePassword","subject":"cn=c",)"));
  EXPECT_THAT(lines[3], HasSubstr(R"("end":"outcome_unknown",)"));
  for (const std::string& line : lines) EXPECT_THAT(line, Not(HasSubstr("a-secret")));
}

TEST_F(AuditTest, TellsOfABindThatNobodyWaitedFor) {
  testing::Client client(gateway_->address());
  directory_.SetAutoAnswers({});
  const auto call = client.Start(testing::SimpleBindRequest("cn=a", "password"));
  const size_t connection = AwaitBind("cn=a");
  call->Cancel();
  call->Finish();
  directory_.AwaitClosed(connection);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr(R"("bind_name":"cn=a","result_name":"cancelled",)")));
}

// A caller must not be able to write lines of others.
TEST_F(AuditTest, ForgedTextStaysInItsLine) {
  const std::string forged = "cn=\"a\n{\\\"event\\\":\\\"lease opened\\\"}\"";
  testing::Client client(gateway_->address());
  BindInVain(client, forged, 49);
  Caller caller{.owner = "spiffe://a\"}\r\n{\"event\":\"x\"", .peer = "p\n", .trace_id = "t\n"};
  AuditLog direct(AuditFile::Open(audit_log_, Metrics().AuditLosses()).file);
  direct.OnOpenFailed("default", "cn=x", caller, CallError(Failure{.reason = "R\n"}));
  direct.OnLeaseOpened({.session_id = "s-1", .owner = caller.owner, .bind_name = forged}, caller);
  const auto lines = Lines();
  const std::regex object(
      R"re(\{"[a-z]+":"([^"\\]|\\.)*"(,"[a-z_]+":([0-9]+|"([^"\\]|\\.)*"))*\})re");
  for (const std::string& line : lines) EXPECT_TRUE(std::regex_match(line, object)) << line;
}

TEST_F(AuditTest, ItsFileIsForItsOwnerOnlyAndIsRotated) {
  struct stat facts {};
  ASSERT_EQ(stat(audit_log_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  testing::Client client(gateway_->address());
  const std::string token = client.Open().token();
  std::filesystem::rename(audit_log_, audit_log_ + ".1");
  gateway_->ReopenAuditLog();
  while (!std::filesystem::exists(audit_log_)) std::this_thread::yield();
  client.Unbind(token);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("lease ended")));
  EXPECT_THAT(LinesOf(audit_log_ + ".1"), ElementsAre(HasSubstr("lease opened")));
}

TEST(AuditDaemonTest, AFileThatCannotBeOpenedIsAnErrorThatNamesTheKey) {
  const std::string program =
      dirlease::testing::BuiltProgram("dirleased");
  const auto run = [&](const std::string& path) {
    return testing::RunProgram({program, "--target=ldap://127.0.0.1:1", "--insecure",
                                "--listen=127.0.0.1:0", "--audit-log=" + path});
  };
  const testing::TempDir folder;
  const auto is_folder = run(folder.path());
  EXPECT_EQ(is_folder.status, 1);
  EXPECT_THAT(is_folder.output, HasSubstr("audit_log: cannot write " + folder.path().string()));
  const auto no_folder = run(folder.File("missing/audit.log"));
  EXPECT_EQ(no_folder.status, 2);
  EXPECT_THAT(no_folder.output, HasSubstr("audit_log: there is no folder"));
}

TEST(AuditDaemonTest, HangUpOpensItAgain) {
  const testing::TempDir folder;
  const std::string path = folder.File("audit.log");
  testing::ChildProcess daemon(
      {dirlease::testing::BuiltProgram("dirleased"),
       "--target=ldap://127.0.0.1:1", "--insecure", "--listen=127.0.0.1:0", "--audit-log=" + path});
  while (!std::filesystem::exists(path)) std::this_thread::yield();
  std::filesystem::rename(path, path + ".1");
  daemon.Signal(SIGHUP);
  while (!std::filesystem::exists(path)) std::this_thread::yield();
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait(), 0);
}

class AuditFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<AuditFile> Open(const std::string& path) {
    return AuditFile::Open(path, losses_).file;
  }

  Metrics metrics_;
  AuditFile::Losses losses_ = metrics_.AuditLosses();
  testing::TempDir folder_;
};

// /dev/full refuses every write.
TEST_F(AuditFileTest, WhatCannotBeWrittenIsCountedAndSaidOnce) {
  ::testing::internal::CaptureStderr();
  {
    const auto file = Open("/dev/full");
    file->Append("one");
    while (losses_.write_failed.Value() < 1) std::this_thread::yield();
    file->Append("two");
    while (losses_.write_failed.Value() < 2) std::this_thread::yield();
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  const size_t said = log.find("audit log cannot be written");
  EXPECT_NE(said, std::string::npos);
  EXPECT_EQ(log.find("audit log cannot be written", said + 1), std::string::npos) << log;
  EXPECT_EQ(losses_.queue_full.Value(), 0);
}

// More octets than a pipe holds.
constexpr size_t kMoreThanAPipe = 256 * 1024;

// A pipe whose reader takes nothing is a disk that stalls.
TEST_F(AuditFileTest, AStalledDiskCostsLinesNotMemoryOrTime) {
  const std::string path = folder_.File("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  UniqueFd reader(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  auto file = Open(path);
  ASSERT_NE(file, nullptr);
  // The thread hangs in this line, which no pipe can hold: all that follow wait together.
  size_t appended = 1;
  file->Append(std::string(kMoreThanAPipe, 'x'));
  pollfd started{reader.get(), POLLIN, 0};
  ASSERT_EQ(poll(&started, 1, -1), 1);
  const std::string line(1000, 'x');
  for (; losses_.queue_full.Value() < 7; ++appended) file->Append(line);
  EXPECT_LT(appended * line.size(), AuditFile::kMostWaitingOctets * 3);
  fcntl(reader.get(), F_SETFL, 0);
  std::thread ending([&] { file.reset(); });
  std::string all;
  char chunk[65536];
  for (ssize_t size; (size = read(reader.get(), chunk, sizeof chunk)) > 0;) {
    all.append(chunk, static_cast<size_t>(size));
  }
  ending.join();
  EXPECT_THAT(all, HasSubstr(R"("event":"lines lost","lines":7})"));
  EXPECT_EQ(static_cast<size_t>(std::count(all.begin(), all.end(), '\n')), appended - 7 + 1);
}

TEST_F(AuditFileTest, APipeWithoutReaderIsRefused) {
  const std::string path = folder_.File("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(Open(path), nullptr);
}

}  // namespace
}  // namespace dirlease
