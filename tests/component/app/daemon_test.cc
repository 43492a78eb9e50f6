// The program as a process: exit statuses, the address file, signals. Its directory is one that
// nobody serves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "dirlease/v1/ldap.pb.h"
#include "support/child_process.h"
#include "support/grpc/client.h"
#include "support/places.h"
#include "support/temp_dir.h"

namespace dirlease {
namespace {

using ::testing::AllOf;
using testing::ChildProcess;
using ::testing::HasSubstr;
using testing::RunProgram;

constexpr char kNowhereFlag[] = "--target=ldap://127.0.0.1:1";
constexpr char kAnyPort[] = "--listen=127.0.0.1:0";

// Built into the same folder as this test.
std::string Dirleased() {
  return dirlease::testing::BuiltProgram("dirleased");
}

class DaemonTest : public ::testing::Test {
 protected:
  // Returns when it serves.
  std::unique_ptr<ChildProcess> Serve() {
    auto daemon = std::make_unique<ChildProcess>(std::vector<std::string>{
        Dirleased(), kNowhereFlag, "--insecure", kAnyPort, "--address-file=" + address_file_});
    ReadUntil(*daemon, "\"listening\"");
    return daemon;
  }
  // Adds what the daemon says to output_, until `text` is in it or it ended.
  void ReadUntil(const ChildProcess& daemon, const std::string& text) {
    char octets[4096];
    while (output_.find(text) == std::string::npos) {
      const ssize_t count = read(daemon.output(), octets, sizeof(octets));
      if (count <= 0) break;
      output_.append(octets, static_cast<size_t>(count));
    }
    EXPECT_THAT(output_, HasSubstr(text));
  }
  std::string Address() const {
    std::string address;
    std::getline(std::ifstream(address_file_), address);
    return address;
  }

  testing::TempDir folder_;
  const std::string address_file_ = folder_.File("address");
  std::string output_;
};

TEST_F(DaemonTest, SignalsDrain) {
  for (const int signal : {SIGTERM, SIGINT}) {
    output_.clear();
    const auto daemon = Serve();
    EXPECT_THAT(Address(), ::testing::StartsWith("127.0.0.1:"));
    EXPECT_THAT(output_, HasSubstr(Address()));
    daemon->Signal(signal);
    ReadUntil(*daemon, "\"drained\"");
    EXPECT_EQ(daemon->Wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(address_file_));
  }
}

TEST_F(DaemonTest, TheOperatorsListenerHasAnAddressFileOfItsOwn) {
  const std::string file = folder_.File("admin-address");
  ChildProcess daemon({Dirleased(), kNowhereFlag, "--insecure", kAnyPort, "--admin-listen=127.0.0.1:0",
                       "--admin-address-file=" + file});
  ReadUntil(daemon, "\"listening for operators\"");
  std::string address;
  std::getline(std::ifstream(file), address);
  EXPECT_THAT(address, ::testing::StartsWith("127.0.0.1:"));
  EXPECT_THAT(output_, HasSubstr(address));
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(file));
}

// Libraries that complain of a request have no line of their own in the log, which a caller could fill with them.
TEST_F(DaemonTest, WhatACallerSendsWrongIsNotLogged) {
  const auto daemon = Serve();
  {
    testing::Client client(Address());
    v1::RawControl not_utf8;  // its second field is octets, a SearchRequest's is text
    not_utf8.set_value("\xff");
    const auto call = client.StartMethod("/dirlease.v1.DirectoryService/Search");
    call->Write(not_utf8);
    call->WritesDone();
    EXPECT_EQ(call->Finish().code, testing::Code::kInvalidArgument);
  }
  daemon->Signal(SIGTERM);
  ReadUntil(*daemon, "\"drained\"");
  EXPECT_EQ(daemon->Wait(), 0);
  for (const absl::string_view line : absl::StrSplit(output_, '\n', absl::SkipEmpty())) {
    EXPECT_EQ(line.front(), '{') << line;
  }
}

TEST_F(DaemonTest, HangUpReloadsAndGoesOn) {
  const auto daemon = Serve();
  daemon->Signal(SIGHUP);
  ReadUntil(*daemon, "reloading");
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0);
}

TEST_F(DaemonTest, AMissingIdentityIsSaidOnce) {
  const auto daemon = Serve();
  daemon->Signal(SIGTERM);
  ReadUntil(*daemon, "\"drained\"");
  const size_t first = output_.find("callers have no identity");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(output_.find("callers have no identity", first + 1), std::string::npos);
}

TEST_F(DaemonTest, APortInUseIsAClearError) {
  const auto first = Serve();
  const auto second = RunProgram({Dirleased(), kNowhereFlag, "--insecure", "--listen=" + Address()});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.output,
              HasSubstr("cannot listen on " + Address() + ": Address already in use"));
}

TEST_F(DaemonTest, AnAddressFileThatCannotBeWritten) {
  const auto run = RunProgram(
      {Dirleased(), kNowhereFlag, "--insecure", kAnyPort, "--address-file=" + folder_.path().string()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("cannot write"));
}

TEST_F(DaemonTest, WrongConfigurationEndsWithTwo) {
  const auto run = RunProgram({Dirleased(), "--targt=ldap://a", "--insecure"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, AllOf(HasSubstr("--targt is no flag; the nearest one is --target"),
                                HasSubstr("targets: none is configured")));
  EXPECT_EQ(RunProgram({Dirleased(), "--check-config"}).status, 2);
}

TEST_F(DaemonTest, WhatItSaysWithoutServing) {
  EXPECT_EQ(RunProgram({Dirleased(), kNowhereFlag, "--insecure", "--check-config"}).status, 0);
  EXPECT_THAT(RunProgram({Dirleased(), kNowhereFlag, "--insecure", "--print-config"}).output,
              AllOf(HasSubstr("listen: \"127.0.0.1:50051\"\n"), HasSubstr("  min_ttl: 10s\n")));
  EXPECT_THAT(RunProgram({Dirleased(), "--version"}).output, HasSubstr("dirleased 0."));
  EXPECT_THAT(RunProgram({Dirleased(), "--help"}).output, HasSubstr("--target="));
}

}  // namespace
}  // namespace dirlease
