// Descriptors that a test opened and never closed. As a member declared first (destroyed last) it
// compares the process's open descriptors at the end of a fixture with those at its start. For
// tests that run alone in their process or after everything that opens descriptors by itself has
// been warmed up.
#pragma once

#include <dirent.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>

namespace dirlease::testing {

// Descriptor number -> what it refers to, as /proc/self/fd says.
inline std::map<int, std::string> OpenDescriptors() {
  std::map<int, std::string> found;
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = readdir(directory)) {
    const int fd = atoi(entry->d_name);
    char target[256];
    const ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target);
    if (length > 0 && fd != dirfd(directory)) found[fd] = std::string(target, length);
  }
  closedir(directory);
  return found;
}

class LeakCheck {
 public:
  enum class Fewer {
    kFail,  // somebody closed what was not his
    kPass,  // libraries with threads of their own may close something left from before
  };

  explicit LeakCheck(Fewer fewer = Fewer::kFail) : fewer_(fewer) {}
  LeakCheck(const LeakCheck&) = delete;
  LeakCheck& operator=(const LeakCheck&) = delete;
  ~LeakCheck() {
    const std::map<int, std::string> after = OpenDescriptors();
    if (after.size() == before_.size()) return;
    if (after.size() < before_.size() && fewer_ == Fewer::kPass) return;
    std::string news;
    for (const auto& [fd, target] : after) {
      const auto old = before_.find(fd);
      if (old == before_.end() || old->second != target) {
        news += "\n  " + std::to_string(fd) + " -> " + target;
      }
    }
    ADD_FAILURE() << before_.size() << " descriptors were open at the start, " << after.size()
                  << " at the end; new:" << news;
  }

 private:
  const Fewer fewer_;
  const std::map<int, std::string> before_ = OpenDescriptors();
};

}  // namespace dirlease::testing
