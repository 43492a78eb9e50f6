#include "support/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "support/limits.h"

namespace dirlease::testing {

namespace {

// Between fork and exec: only calls that are safe there.
[[noreturn]] void BecomeProgram(char* const* argv, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

bool EndsInTime(pid_t pid) {
  const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return true;  // no such call here: waitpid alone has to do
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  using std::chrono::milliseconds;
  return poll(&ended, 1, static_cast<int>(milliseconds(kSafetyLimit).count())) == 1;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv) {
  std::vector<char*> pointers;
  for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) abort();
  output_.Reset(ends[0]);
  const UniqueFd writing(ends[1]);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) BecomeProgram(pointers.data(), writing.get(), parent);
  if (pid_ < 0) abort();
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  Signal(SIGKILL);
  Wait();
}

void ChildProcess::Signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

int ChildProcess::Wait() {
  if (!EndsInTime(pid_)) {
    ADD_FAILURE() << "process " << pid_ << " did not end in time";
    Signal(SIGKILL);
  }
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

ProgramRun RunProgram(const std::vector<std::string>& argv) {
  ChildProcess program(argv);
  ProgramRun run;
  char buffer[4096];
  ssize_t count;
  while ((count = read(program.output(), buffer, sizeof buffer)) > 0) {
    run.output.append(buffer, count);
  }
  run.status = program.Wait();
  return run;
}

void RequireProgram(const std::vector<std::string>& argv) {
  const ProgramRun run = RunProgram(argv);
  if (run.status == 0) return;
  fprintf(stderr, "%s ended with %d:\n%s\n", argv[0].c_str(), run.status, run.output.c_str());
  abort();
}

}  // namespace dirlease::testing
