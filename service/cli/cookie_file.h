// The file in which `sync` keeps its resume point: the cookie's octets and nothing else. Thread-compatible.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dirlease::cli {

class CookieFile {
 public:
  explicit CookieFile(std::string path) : path_(std::move(path)) {}

  // Empty when there is no such file yet; nothing when it cannot be read.
  std::optional<std::string> Read() const;
  // In one step, so that the file is always a whole cookie, the old or the new one. False: it could not be done; errno
  // says why.
  [[nodiscard]] bool Replace(std::string_view cookie) const;

 private:
  const std::string path_;
};

}  // namespace dirlease::cli
