// A certificate authority for one test, made by the openssl program: P-256 keys, valid for two
// days, PEM files in a temporary folder. Not thread-safe.
#pragma once

#include <string>

#include "support/temp_dir.h"

namespace dirlease::testing {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

class Certificates {
 public:
  explicit Certificates(const std::string& authority_name = "test authority");

  // To trust.
  std::string ca_file() const { return folder_.File("ca.pem"); }
  // A certificate of this authority for servers and clients. `alternative_names` as openssl writes
  // them: "IP:127.0.0.1,DNS:localhost", "URI:spiffe://example/reporting".
  CertificateFiles Issue(const std::string& common_name, const std::string& alternative_names);
  CertificateFiles IssueForLoopback() { return Issue("127.0.0.1", "IP:127.0.0.1,DNS:localhost"); }

 private:
  TempDir folder_;
  int issued_ = 0;
};

}  // namespace dirlease::testing
