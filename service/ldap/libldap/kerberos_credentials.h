// The Kerberos identity of a keytab, for GSSAPI binds: a process may have many. Thread-compatible; making one may wait for
// a KDC.
#pragma once

#include <string>

struct gss_cred_id_struct;

namespace dirlease {

class KerberosCredentials {
 public:
  KerberosCredentials() = default;
  ~KerberosCredentials();
  KerberosCredentials(const KerberosCredentials&) = delete;
  KerberosCredentials& operator=(const KerberosCredentials&) = delete;

  // Those of the first principal in the file. Its tickets are kept in memory for the process's other ones of this file. Empty,
  // or what went wrong, for operators. Once.
  std::string Acquire(const std::string& keytab);
  // Null before.
  gss_cred_id_struct* get() const { return credentials_; }

 private:
  gss_cred_id_struct* credentials_ = nullptr;
};

}  // namespace dirlease
