// A private Kerberos realm, EXAMPLE.TEST, with an MIT KDC of its own on a free port of 127.0.0.1. Everything it made is
// gone with it. While it lives this process's environment names it to Kerberos libraries, so make it before threads, and
// one at a time.
#pragma once

#include <memory>
#include <string>

#include "base/unique_fd.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace dirlease::testing {

class KerberosRealm {
 public:
  // Returns when it serves. Ends the process with the programs' output when it cannot.
  KerberosRealm();
  ~KerberosRealm();

  // Makes a principal with a random key; the file that holds it.
  std::string KeytabOf(const std::string& principal);
  // Who this process is, until UseKeytab of another one.
  void UseKeytab(const std::string& file);
  // Ends the KDC: nobody gets a ticket any more.
  void StopKdc();

 private:
  void WriteConfig(int port);
  void AwaitListening(int port) const;

  TempDir folder_;
  UniqueFd reserved_;
  std::unique_ptr<ChildProcess> kdc_;
  int keytabs_ = 0;
};

}  // namespace dirlease::testing
