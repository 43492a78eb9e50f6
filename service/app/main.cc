// dirleased: what a process needs once, then RunDaemon.

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "app/command_line.h"
#include "app/config_file.h"
#include "app/config_loader.h"
#include "app/daemon.h"
#include "app/descriptor_limit.h"
#include "app/help.h"
#include "app/settings.h"
#include "app/signals.h"
#include "base/log.h"
#include "ldap/libldap/libldap_init.h"
#include "rpc/grpc/grpc_log.h"

namespace dirlease {

namespace {

constexpr int kWrongConfiguration = 2;

std::vector<std::string> Environment(char** environment) {
  std::vector<std::string> variables;
  for (; *environment != nullptr; ++environment) variables.emplace_back(*environment);
  return variables;
}

// Else what is opened first would get these numbers, and lines meant for people would go there.
void FillStandardDescriptors() {
  for (int fd = open("/dev/null", O_RDWR); fd >= 0; fd = open("/dev/null", O_RDWR)) {
    if (fd <= STDERR_FILENO) continue;
    close(fd);
    return;
  }
}

// Large blocks go back to the kernel when they are freed. By itself glibc stops doing so for sizes that it has seen freed:
// a burst of large messages would stay with the process.
void ReturnLargeBlocks() {
  constexpr int kLargeOctets = 1024 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLargeOctets);
}

// Debian's abseil is built with its checks: it would look for a deadlock at every lock that gRPC takes.
void LockWithoutChecks() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

int Refuse(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems)
    std::fprintf(stderr, "dirleased: %s\n", problem.c_str());
  return kWrongConfiguration;
}

int Serve(const config::v1::Config& config) {
  log::Configure(LogFormat(config), LogLevel(config));
  RouteGrpcLog(LogLevel(config));
  // Both change the process, which is safe only while this is its one thread.
  const Signals signals;
  if (!InitialiseLibldap()) {
    log::Error("cannot start",
               {{"error", "the libldap found here is older than the one built with"}});
    return 1;
  }
  return RunDaemon(config, signals);
}

int Run(const CommandLine& line) {
  if (line.task == CommandLine::Task::kHelp) return std::fputs(kHelp, stdout) < 0;
  if (line.task == CommandLine::Task::kVersion) return std::printf("dirleased %s\n", DIRLEASE_VERSION) < 0;
  std::vector<std::string> problems;
  config::v1::Config config = LoadConfig(line, problems);
  FillDefaults(RaiseDescriptorLimit(), config);
  if (line.task == CommandLine::Task::kPrintConfig && problems.empty()) {
    std::fputs(ToYaml(config).c_str(), stdout);
  }
  CheckConfig(config, problems);
  if (!problems.empty()) return Refuse(problems);
  return line.task == CommandLine::Task::kServe ? Serve(config) : 0;
}

}  // namespace

}  // namespace dirlease

int main(int argc, char** argv, char** environment) {
  dirlease::FillStandardDescriptors();
  dirlease::ReturnLargeBlocks();
  dirlease::LockWithoutChecks();
  return dirlease::Run(
      dirlease::ParseCommandLine({argv + 1, argv + argc}, dirlease::Environment(environment)));
}
