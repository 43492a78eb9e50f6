#include "support/slapd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "support/limits.h"
#include "support/loopback.h"
#include "support/slapd_database.h"

namespace dirlease::testing {

namespace {

// "conn=1000" of a stats line; empty when it has none.
std::string ConnectionOf(const std::string& line) {
  const size_t start = line.find("conn=");
  if (start == std::string::npos) return "";
  return line.substr(start, line.find(' ', start) - start);
}

// Follows the log line by line and keeps the connections that are open. slapd's threads write: now
// and then the line that a short connection was closed comes before the one that it was accepted.
class OpenConnections {
 public:
  explicit OpenConnections(LogMark since) : next_(since.line) {}
  bool NoneIn(const std::vector<std::string>& lines) {
    for (; next_ < lines.size(); ++next_) {
      const std::string& line = lines[next_];
      if (line.find(" ACCEPT from ") != std::string::npos) Toggle(ConnectionOf(line));
      if (line.find(" closed") != std::string::npos) Toggle(ConnectionOf(line));
    }
    return open_.empty();
  }
  std::string Names() const {
    std::string names;
    for (const std::string& name : open_) names += " " + name;
    return names;
  }

 private:
  // Each number has one line of either kind.
  void Toggle(const std::string& connection) {
    if (!open_.insert(connection).second) open_.erase(connection);
  }

  size_t next_;
  std::set<std::string> open_;
};

}  // namespace

Slapd::Slapd(SlapdOptions options)
    : options_(std::move(options)), reserved_(ReserveLoopbackPort()) {
  port_ = LocalPort(reserved_.get());
  if (options_.tls) {
    certificates_.emplace();
    reserved_ldaps_ = ReserveLoopbackPort();
    ldaps_port_ = LocalPort(reserved_ldaps_.get());
  }
  FillSlapdDatabase(folder_.File("database"), options_.people, options_.group_members);
  WriteConfig();
  Start();
}

Slapd::~Slapd() { Stop(); }

std::string Slapd::uri() const { return fmt::format("ldap://127.0.0.1:{}", port_); }

std::string Slapd::ldaps_uri() const { return fmt::format("ldaps://127.0.0.1:{}", ldaps_port_); }

void Slapd::WriteConfig() {
  std::string global = fmt::format("pidfile {}\nloglevel stats\nthreads {}\n",
                                   folder_.File("pid"), options_.threads);
  if (options_.tls) {
    const CertificateFiles server = certificates_->Issue("127.0.0.1", "IP:127.0.0.1,DNS:localhost,DNS:directory.test");
    global += fmt::format(
        "TLSCACertificateFile {}\nTLSCertificateFile {}\nTLSCertificateKeyFile {}\n"
        "TLSVerifyClient try\n",
        ca_file(), server.certificate, server.key);
  }
  // Limits of the root DSE and the like come from here, those of the database from its own lines.
  global += "sizelimit unlimited\n" + options_.global_config;
  std::ofstream(folder_.File("slapd.conf"))
      << SlapdBaseConfig(global, folder_.File("database"), options_.database_config);
}

std::vector<std::string> Slapd::Command() const {
  std::string listeners = uri();
  if (options_.tls) listeners += " " + ldaps_uri();
  std::vector<std::string> command = {"/usr/bin/env"};
  command.insert(command.end(), options_.environment.begin(), options_.environment.end());
  for (const std::string& word : {std::string("/usr/sbin/slapd"), std::string("-d"), options_.log_level,
                                  std::string("-h"), listeners, std::string("-f"),
                                  folder_.File("slapd.conf")}) {
    command.push_back(word);
  }
  return command;
}

void Slapd::Start() {
  started_ = log_.Mark();
  process_ = std::make_unique<ChildProcess>(Command());
  log_.Follow(UniqueFd(fcntl(process_->output(), F_DUPFD_CLOEXEC, 0)));
  const bool starting = log_.WaitUntil([this](const std::vector<std::string>& lines) {
    for (size_t i = started_.line; i < lines.size(); ++i) {
      if (lines[i].find("slapd starting") != std::string::npos) return true;
      if (lines[i].find("slapd stopped") != std::string::npos) return true;
    }
    return false;
  });
  if (!starting || CountLog("slapd stopped", started_) > 0) {
    fprintf(stderr, "slapd does not start:\n%s", log_.Tail().c_str());
    abort();
  }
  AwaitListening();
  SyncLog();
}

// slapd calls listen() shortly after its line and nothing tells when, so this asks, a thousand
// times a second at most.
void Slapd::AwaitListening() const {
  const auto end = std::chrono::steady_clock::now() + kSafetyLimit;
  while (!ConnectToLoopback(port_).valid()) {
    if (std::chrono::steady_clock::now() > end) {
      fprintf(stderr, "slapd accepts no connection:\n%s", log_.Tail().c_str());
      abort();
    }
    poll(nullptr, 0, 1);
  }
}

void Slapd::Stop() {
  if (process_->reaped()) return;
  Thaw();
  process_->Signal(SIGTERM);
  process_->Wait();
  log_.Finish();
}

void Slapd::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
  log_.Finish();
}

void Slapd::Restart() {
  Stop();
  Start();
}

void Slapd::Freeze() {
  process_->Signal(SIGSTOP);
  // Told when every thread of it has stopped; until then one may still answer.
  siginfo_t stopped;
  waitid(P_PID, static_cast<id_t>(process_->pid()), &stopped, WSTOPPED);
}

void Slapd::Thaw() { process_->Signal(SIGCONT); }

void Slapd::SyncLog() {
  const LogMark mark = log_.Mark();
  UniqueFd socket = ConnectToLoopback(port_);
  if (!socket.valid()) {
    ADD_FAILURE() << "slapd accepts no connection";
    return;
  }
  const std::string accepted =
      fmt::format(" ACCEPT from IP=127\\.0\\.0\\.1:{} ", LocalPort(socket.get()));
  const std::vector<std::string> lines = log_.WaitFor(accepted, 1, mark);
  socket.Reset();
  if (!lines.empty()) log_.WaitFor(ConnectionOf(lines.back()) + " .*closed", 1, mark);
}

void Slapd::AssertNoOpenConnections() const {
  OpenConnections open(started_);
  const bool none = log_.WaitUntil(
      [&](const std::vector<std::string>& lines) { return open.NoneIn(lines); });
  if (none) return;
  ADD_FAILURE() << "connections are still open at slapd:" << open.Names() << "; its last lines:\n"
                << log_.Tail();
}

}  // namespace dirlease::testing
