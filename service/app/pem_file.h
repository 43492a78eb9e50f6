// PEM files that the configuration names. Thread-safe.
#pragma once

#include <optional>
#include <string>

namespace dirlease {

// A file's content; empty when it cannot be read, errno says why.
std::optional<std::string> ReadTextFile(const std::string& path);

// Empty, or why these two files cannot be used: missing, no PEM, or the key is not the
// certificate's.
std::string ProblemOfKeyPair(const std::string& certificate_path, const std::string& key_path);
// Empty, or why this file names no authorities.
std::string ProblemOfAuthorities(const std::string& path);

}  // namespace dirlease
