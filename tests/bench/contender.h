// Somebody who searches: through the gateway or without it. One thread uses it; failures end the program.
#pragma once

#include <memory>
#include <string>

namespace dirlease::bench {

class Contender {
 public:
  virtual ~Contender() = default;
  // Reads all entries under `base` that match, every value of them; how many entries.
  virtual int Search(const std::string& base, const std::string& filter) = 0;
};

// libldap in this process, one bound connection.
std::unique_ptr<Contender> DirectLibldap(const std::string& uri, const std::string& dn,
                                         const std::string& password);
// gRPC in this process, one lease.
std::unique_ptr<Contender> ThroughGateway(const std::string& address, const std::string& dn,
                                          const std::string& password);

}  // namespace dirlease::bench
