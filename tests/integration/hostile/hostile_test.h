// The fixture of the attacks: the real dirleased before a real slapd, a victim who searches on a connection and a lease of
// his own while an attack runs, and the figures of what it cost. Whoever derives attacks; at the end everything must be as
// before: no lease, no operation, the descriptors back, the directory without connections.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/daemon.h"
#include "support/grpc/client.h"
#include "support/raw_http2.h"
#include "support/scale.h"
#include "support/slapd.h"

namespace dirlease::testing {

class HostileTest : public ::testing::Test {
 protected:
  HostileTest();
  ~HostileTest() override;

  // Once, first.
  void Start(std::vector<std::string> flags = {}, int people = 1000);
  // Runs the attack beside the victim and prints the figures. Each call of the victim has to succeed, also before and after.
  // May be called again.
  void UnderAttack(const char* name, const std::function<void()>& attack);
  // The victim comes again on a new connection, for attacks that cost him his.
  void ReconnectVictim();
  // Waits until the daemon has closed what the attack had opened, and ends it. Call last.
  void ExpectNothingLeft();

  const std::string& address() const { return daemon_->address(); }
  Daemon& daemon() { return *daemon_; }
  Slapd& slapd() { return *slapd_; }
  // A lease of an attacker, as the directory's administrator.
  std::string OpenLease(Client& client, const std::string& target = "");
  size_t Descriptors() const;
  // Repeats, between calls of the victim, until it is so.
  void Await(const char* what, const std::function<bool()>& condition);

 private:
  class Victim;

  std::optional<Slapd> slapd_;
  std::optional<Daemon> daemon_;
  std::unique_ptr<Victim> victim_;
  size_t descriptors_ = 0;  // with the victim, before any attack
};

// A serialised SearchRequest, below the people if nothing else is said.
std::string SearchMessage(const std::string& filter, const std::string& base_dn = "");

inline constexpr char kSearchMethod[] = "/dirlease.v1.DirectoryService/Search";
inline constexpr char kWhoAmIMethod[] = "/dirlease.v1.DirectoryService/WhoAmI";

}  // namespace dirlease::testing
