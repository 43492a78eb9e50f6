// The real dirleased as a process of its own, on a free loopback port. One test thread uses it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/log_lines.h"
#include "support/places.h"
#include "support/temp_dir.h"

namespace dirlease::testing {

class Daemon {
 public:
  // Returns when it listens. `flags` beside those that every test needs.
  explicit Daemon(const std::vector<std::string>& flags) : process_(Command(flags)) {
    log_.Follow(UniqueFd(dup(process_.output())));
    log_.WaitFor("\"event\":\"listening\"");
    std::ifstream(address_file()) >> address_;
  }

  const std::string& address() const { return address_; }
  std::string address_file() const { return folder_.File("address"); }
  const LogLines& log() const { return log_; }
  // As a deployment ends it; the exit status. The log is complete then.
  int Drain() {
    process_.Signal(SIGTERM);
    const int status = process_.Wait();
    log_.Finish();
    return status;
  }
  pid_t pid() const { return process_.pid(); }
  double ResidentMegabytes() const {
    size_t total = 0, resident = 0;
    std::ifstream("/proc/" + std::to_string(process_.pid()) + "/statm") >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
  }

 private:
  std::vector<std::string> Command(const std::vector<std::string>& flags) const {
    std::vector<std::string> command = {BuiltProgram("dirleased"), "--listen=127.0.0.1:0", "--insecure",
                                        "--address-file=" + address_file()};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }

  TempDir folder_;
  ChildProcess process_;
  LogLines log_;
  std::string address_;
};

}  // namespace dirlease::testing
