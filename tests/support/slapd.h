// A private, real slapd over the sample directory (sample_people.h), on a free port of 127.0.0.1,
// with its log ("stats") read as it is written. Everything it made is gone with it. For one test
// thread; log waits are thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "support/certificates.h"
#include "support/child_process.h"
#include "support/log_lines.h"
#include "support/temp_dir.h"

namespace dirlease::testing {

struct SlapdOptions {
  int people = 100;
  int group_members = 0;  // of the large group; 0 = no such group
  bool tls = false;       // StartTLS on port() and LDAPS on ldaps_port()
  int threads = 16;
  std::string log_level = "stats";
  std::string global_config = {};    // extra slapd.conf lines before the database
  std::string database_config = {};  // and within it, such as "sizelimit 10"
  std::vector<std::string> environment = {};  // "NAME=value", beside this process's own
};

class Slapd {
 public:
  // Returns when it serves. Ends the process with its output when it cannot.
  explicit Slapd(SlapdOptions options = {});
  ~Slapd();

  int port() const { return port_; }
  std::string uri() const;
  int ldaps_port() const { return ldaps_port_; }  // 0 without tls
  std::string ldaps_uri() const;
  std::string ca_file() const { return certificates_->ca_file(); }  // REQUIRES: tls
  // For client certificates. REQUIRES: tls.
  Certificates& certificates() { return *certificates_; }
  pid_t pid() const { return process_->pid(); }

  static std::string admin_dn() { return "cn=admin,dc=example,dc=com"; }
  static std::string admin_password() { return "admin-password"; }

  void Start();    // after Stop or Kill: same port, same data
  void Stop();     // SIGTERM, and waits; does nothing when it is stopped
  void Kill();     // SIGKILL, and waits
  void Restart();  // Stop and Start
  void Freeze();   // SIGSTOP: connections stay, nothing is read or answered
  void Thaw();

  // The log, over all restarts; log_lines.h says what patterns are. Lines look like
  // "... conn=1000 op=1 ABANDON msg=2", "... conn=1000 op=2 UNBIND", "... conn=1000 fd=12 closed".
  LogMark Mark() const { return log_.Mark(); }
  std::vector<std::string> WaitForLog(const std::string& pattern, size_t count = 1,
                                      LogMark since = {}) const {
    return log_.WaitFor(pattern, count, since);
  }
  size_t CountLog(const std::string& pattern, LogMark since = {}) const {
    return log_.Matching(pattern, since).size();
  }
  // Opens and closes a connection of its own and waits for its lines: what slapd had noticed before
  // is in the log then.
  void SyncLog();
  // Fails the test unless every connection since the last start is closed, waiting for it as long
  // as needed.
  void AssertNoOpenConnections() const;

 private:
  void WriteConfig();
  void AwaitListening() const;
  std::vector<std::string> Command() const;

  const SlapdOptions options_;
  TempDir folder_;
  std::optional<Certificates> certificates_;
  UniqueFd reserved_;
  UniqueFd reserved_ldaps_;
  int port_ = 0;
  int ldaps_port_ = 0;
  LogLines log_;
  LogMark started_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace dirlease::testing
