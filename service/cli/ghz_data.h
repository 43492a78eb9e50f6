// The file that ghz's -D takes: a JSON array of requests, which ghz sends in turn, each with the token of a lease in
// its field `session`. Whoever reads the file has the leases. Pure but for NewPrivateFile, which is not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dirlease::cli {

// Nothing when `request`, to which each token is added, can be taken; else what is wrong with it.
std::optional<std::string> GhzRequestProblem(std::string_view request);

// REQUIRES: !GhzRequestProblem(request).
std::string GhzData(const std::vector<std::string>& tokens, std::string_view request);

// Every token that stands there, once, in the file's order. Nothing when the text is no such file.
std::optional<std::vector<std::string>> GhzTokens(const std::string& text);

// A file that only its owner may read. It takes its name's place, in one step, when it has been written whole; until
// then a file that was there before stays as it was.
class NewPrivateFile {
 public:
  explicit NewPrivateFile(std::string path);
  ~NewPrivateFile();
  NewPrivateFile(const NewPrivateFile&) = delete;
  NewPrivateFile& operator=(const NewPrivateFile&) = delete;

  // False: nothing can be written there; errno says why.
  bool opened() const { return fd_ >= 0; }
  // Once. REQUIRES: opened(). False: it could not be done; errno says why.
  [[nodiscard]] bool Write(std::string_view text);

 private:
  const std::string path_;
  const std::string fresh_;
  int fd_ = -1;
};

}  // namespace dirlease::cli
