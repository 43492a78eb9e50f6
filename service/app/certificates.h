// The certificates in use, by the listeners and towards the directories, and their renewal: files that changed are read
// again, and only what can be used takes the place of what is in use. Used by one thread at a time; reads files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "app/pem_file.h"
#include "app/tls_metrics.h"

namespace dirlease {

class Certificates {
 public:
  struct Use {
    std::string_view side;  // kListener or kDirectory
    std::string name;       // which of them: "callers", "operators", a target's name
    PemFiles files;
    // Handshakes that begin later use these contents, which were found in order. Empty, or why not: then those of before
    // stay in use.
    absl::AnyInvocable<std::string(PemContents)> apply;
  };
  static constexpr std::string_view kListener = "listener";
  static constexpr std::string_view kDirectory = "directory";

  explicit Certificates(TlsMetrics& metrics) : metrics_(metrics) {}

  // Reads and applies it for the first time. Empty, or why not; then it is not in use.
  std::string Add(Use use);
  // Reads everything again.
  void Reload();
  // Reads again what has changed since it was taken, and has not changed since the last call: who renews a certificate
  // and its key writes one after the other. What was refused is tried again each time: it may have been for want of
  // descriptors, or a file's rights.
  void ReloadChanged();

 private:
  struct InUse {
    Use use;
    std::string taken;    // fingerprint of the files as they are in use
    std::string seen;     // as they were at the last call
    std::string refused;  // why, of those that lie there now; empty = they are in use
  };
  enum class When { kAtStart, kLater };
  std::string Load(InUse& in_use, When when);
  void ReloadOne(InUse& in_use, bool asked);

  TlsMetrics& metrics_;
  std::vector<InUse> uses_;
};

}  // namespace dirlease
