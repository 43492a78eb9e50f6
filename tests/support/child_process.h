// A program run by a test. Not thread-safe. The kernel kills it should the thread that started it
// die without a word, so start it on a thread that lives as long as the test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace dirlease::testing {

class ChildProcess {
 public:
  // `argv[0]` is the program's path. Its stdout and stderr go to output().
  explicit ChildProcess(const std::vector<std::string>& argv);
  // Kills and reaps it if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The read end of what it says; at its end once the process and its children are gone.
  int output() const { return output_.get(); }
  pid_t pid() const { return pid_; }
  bool reaped() const { return pid_ < 0; }
  void Signal(int number) const;
  // Waits for its end: the exit status, or minus the signal's number. After the safety limit it is
  // killed and the test has failed.
  int Wait();

 private:
  pid_t pid_ = -1;
  UniqueFd output_;
};

struct ProgramRun {
  int status = 0;  // as Wait says
  std::string output;
};
// Runs a program to its end.
ProgramRun RunProgram(const std::vector<std::string>& argv);
// As RunProgram; ends the process with the program's output when its status is not 0.
void RequireProgram(const std::vector<std::string>& argv);

}  // namespace dirlease::testing
