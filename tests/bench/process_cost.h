// What a process has used so far, as the kernel counts it.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace dirlease::bench {

// Of all its threads that live, in microseconds: finer than the clock ticks of /proc/PID/stat.
inline double CpuMicroseconds(pid_t pid) {
  double nanoseconds = 0;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    double run = 0;
    std::ifstream(task.path() / "schedstat") >> run;
    nanoseconds += run;
  }
  return nanoseconds / 1000;
}

inline double ResidentKibibytes(pid_t pid) {
  size_t total = 0, resident = 0;
  std::ifstream("/proc/" + std::to_string(pid) + "/statm") >> total >> resident;
  return static_cast<double>(resident * static_cast<size_t>(sysconf(_SC_PAGESIZE))) / 1024;
}

}  // namespace dirlease::bench
