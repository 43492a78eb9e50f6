// A fake directory for the component tier: each connection answers bind, root DSE, compare and
// who-am-i by itself, and leaves searches to the test. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "support/fake_connector.h"

namespace dirlease::testing {

class ScriptedDirectory {
 public:
  // All later connects of `connector` reach it, which must not outlive it.
  explicit ScriptedDirectory(FakeConnector& connector);

  // The peer of the nth connection, from 0.
  FakeLdapPeer& connection(size_t number = 0) const;
  // Waits for the nth search (from 1) of a connection, the root DSE's apart; its message id.
  int AwaitSearch(size_t number = 1, size_t connection = 0) const;
  // How many Abandons and unbinds all connections have seen.
  size_t abandons() const;
  size_t unbinds() const;

  // What a simple bind is answered; success at first.
  void AnswerBindsWith(LdapResult result);
  // Binds wait for the test from now on.
  void HoldBinds();

 private:
  std::shared_ptr<FakeLdapPeer> NewPeer();
  void Answer(FakeLdapPeer& peer, const SentRequest& request);

  FakeConnector& connector_;
  mutable std::mutex mutex_;
  LdapResult bind_result_;   // guarded by mutex_
  bool hold_binds_ = false;  // guarded by mutex_
};

// `count` entries "cn=<first + i>,dc=example" with one value of `octets`.
std::vector<FakeMessage> Entries(int message_id, int first, int count, size_t octets = 20);

}  // namespace dirlease::testing
