// PEM files that the configuration names. Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace dirlease {

// Paths of what one side of TLS needs; empty = not used.
struct PemFiles {
  std::string certificate;
  std::string key;
  std::string authorities;
};
// Their contents.
struct PemContents {
  std::string certificate;
  std::string key;
  std::string authorities;
};

// A regular file's content, at most 1 MiB; empty when it cannot be read, errno says why. Does not wait for pipes.
std::optional<std::string> ReadTextFile(const std::string& path);

// Reads the files and checks that OpenSSL takes them and that the key is the certificate's. Empty, or what is wrong, which
// names the file and nothing of its content.
std::string ReadPemFiles(const PemFiles& files, PemContents& contents);

// Until when the first certificate in it is valid. REQUIRES: ReadPemFiles took it.
absl::Time ExpiryOf(const std::string& certificate);

// "", "has expired" or "is not valid yet", of the first certificate in it. REQUIRES: as above.
std::string ProblemOfValidity(const std::string& certificate);

// Empty, or why these two files cannot be used.
std::string ProblemOfKeyPair(const std::string& certificate_path, const std::string& key_path);
// Empty, or why this file names no authorities.
std::string ProblemOfAuthorities(const std::string& path);

// Differs when one of the files was replaced or written; a missing file has one too.
std::string FingerprintOf(const PemFiles& files);

}  // namespace dirlease
