#include "app/address_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace dirlease {

std::string AddressFile::Write(const std::string& path, const std::string& address) {
  // In the same folder, as only within one file system renaming is atomic.
  const std::string unfinished = path + '.' + std::to_string(getpid());
  std::ofstream file(unfinished, std::ios::trunc);
  file << address << '\n' << std::flush;
  file.close();
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    const std::string error = strerror(errno);
    unlink(unfinished.c_str());
    return "cannot write " + path + ": " + error;
  }
  path_ = path;
  return "";
}

void AddressFile::Remove() {
  if (!path_.empty()) unlink(path_.c_str());
  path_.clear();
}

}  // namespace dirlease
