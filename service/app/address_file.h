// A file that says where the daemon listens, for scripts and tests that let it choose the port. Not
// thread-safe.
#pragma once

#include <string>

namespace dirlease {

class AddressFile {
 public:
  AddressFile() = default;
  // Removes what it wrote.
  ~AddressFile() { Remove(); }
  AddressFile(const AddressFile&) = delete;
  AddressFile& operator=(const AddressFile&) = delete;

  // Readers see all of "ADDRESS\n" or no file. Empty, or what went wrong.
  std::string Write(const std::string& path, const std::string& address);
  void Remove();

 private:
  std::string path_;  // empty = nothing written
};

}  // namespace dirlease
