// How the load program reaches what it measures.
#pragma once

#include <string>

namespace dirlease::bench {

struct Options {
  std::string to;       // libldap, calls, pipeline, http
  std::string address;  // an LDAP URI, the gateway's HOST:PORT, or HOST:PORT/PATH
  std::string bind_dn;
  std::string password;
  int connections = 1;
  int people = 10'000;
};

// From --name=value; the password from --password-file. Ends the program when they are wrong.
Options ParseOptions(int argc, char** argv);

}  // namespace dirlease::bench
