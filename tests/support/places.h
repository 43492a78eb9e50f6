// Where the tests' programs and files are, by where this program is (build/PRESET/bin/): a path compiled in would make every
// checkout compile anew what the compiler cache has of another one.
#pragma once

#include <filesystem>
#include <string>

namespace dirlease::testing {

// Beside this program, for example "dirleased".
inline std::string BuiltProgram(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}
// Of the source tree, for example "deploy/dirleased.yaml".
inline std::string SourceFile(const std::string& path) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path().parent_path() / path;
}

}  // namespace dirlease::testing
