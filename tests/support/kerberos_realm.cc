#include "support/kerberos_realm.h"

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "support/limits.h"
#include "support/loopback.h"

namespace dirlease::testing {

namespace {
constexpr const char* kVariables[] = {"KRB5_CONFIG", "KRB5_KDC_PROFILE", "KRB5_CLIENT_KTNAME", "KRB5CCNAME"};
}

KerberosRealm::KerberosRealm() : reserved_(ReserveLoopbackPort()) {
  const int port = LocalPort(reserved_.get());
  WriteConfig(port);
  setenv("KRB5_CONFIG", folder_.File("krb5.conf").c_str(), 1);
  setenv("KRB5_KDC_PROFILE", folder_.File("kdc.conf").c_str(), 1);
  RequireProgram({"/usr/sbin/kdb5_util", "create", "-s", "-r", "EXAMPLE.TEST", "-P", "master"});
  kdc_ = std::make_unique<ChildProcess>(std::vector<std::string>{"/usr/sbin/krb5kdc", "-n"});
  AwaitListening(port);
}

KerberosRealm::~KerberosRealm() {
  StopKdc();
  for (const char* name : kVariables) unsetenv(name);
}

void KerberosRealm::WriteConfig(int port) {
  std::ofstream(folder_.File("krb5.conf")) << fmt::format(
      "[libdefaults]\n"
      " default_realm = EXAMPLE.TEST\n"
      " dns_lookup_kdc = false\n"
      " dns_lookup_realm = false\n"
      " dns_canonicalize_hostname = false\n"
      " rdns = false\n"
      "[realms]\n"
      " EXAMPLE.TEST = {{\n"
      "  kdc = 127.0.0.1:{}\n"
      " }}\n"
      "[domain_realm]\n"
      " directory.test = EXAMPLE.TEST\n",
      port);
  std::ofstream(folder_.File("kdc.conf")) << fmt::format(
      "[kdcdefaults]\n"
      " kdc_listen = 127.0.0.1:{0}\n"
      " kdc_tcp_listen = 127.0.0.1:{0}\n"
      "[realms]\n"
      " EXAMPLE.TEST = {{\n"
      "  database_name = {1}\n"
      "  key_stash_file = {2}\n"
      " }}\n"
      "[logging]\n"
      " kdc = FILE:{3}\n",
      port, folder_.File("principal"), folder_.File("stash"), folder_.File("kdc.log"));
}

// The KDC says nowhere that it listens, so this asks, a thousand times a second at most.
void KerberosRealm::AwaitListening(int port) const {
  const auto end = std::chrono::steady_clock::now() + kSafetyLimit;
  while (!ConnectToLoopback(port).valid()) {
    if (std::chrono::steady_clock::now() > end) {
      fprintf(stderr, "the KDC accepts no connection\n");
      abort();
    }
    poll(nullptr, 0, 1);
  }
}

std::string KerberosRealm::KeytabOf(const std::string& principal) {
  const std::string file = folder_.File(fmt::format("{}.keytab", ++keytabs_));
  RequireProgram({"/usr/sbin/kadmin.local", "-q", "addprinc -randkey " + principal});
  RequireProgram({"/usr/sbin/kadmin.local", "-q", fmt::format("ktadd -k {} {}", file, principal)});
  return file;
}

void KerberosRealm::UseKeytab(const std::string& file) {
  setenv("KRB5_CLIENT_KTNAME", ("FILE:" + file).c_str(), 1);
  setenv("KRB5CCNAME", fmt::format("FILE:{}.cache", file).c_str(), 1);
}

void KerberosRealm::StopKdc() {
  if (kdc_->reaped()) return;
  kdc_->Signal(SIGTERM);
  kdc_->Wait();
}

}  // namespace dirlease::testing
