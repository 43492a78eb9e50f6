// Leases over the real libldap handle and connector, on a loop of their own. Ends by asserting that nothing of them lives
// any more and that each operation ended once. The test's thread uses it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/epoll_event_loop.h"
#include "ldap/target_connector.h"
#include "session/session_manager.h"
#include "support/fake_directory.h"
#include "support/leak_check.h"
#include "support/wait_for.h"

namespace dirlease::testing {

// Lives on the loop, is watched from the test.
class WatchedSink final : public OperationSink {
 public:
  struct Seen {
    int entries = 0;
    std::vector<std::string> left;  // why each reference was
    int after_end = 0;
    std::vector<OperationEnd> ends;
  };
  void OnEntry(const EntryView&) override;
  void OnReference(const ReferenceView& reference) override;
  void OnEnd(const OperationEnd& end) override;

  // How it ended; fails the test when it does not.
  OperationEnd AwaitEnd() const;
  // The same, with what came before.
  Seen AwaitAll() const;
  void AwaitEntries(int count) const;
  Seen seen() const { return seen_.Get(); }

  std::string operation_id;

 private:
  Watched<Seen> seen_;
};

class LeaseFixture : public ::testing::Test {
 protected:
  struct Lease {
    std::string token;
    Session* session = nullptr;  // on the loop
  };

  // What a directory here does by itself.
  static AutoAnswers AllButSearches() {
    return {.binds = true, .root_dse = true, .offers_paging = false, .compares = true};
  }

  LeaseFixture();
  // Call first.
  void Start(TargetConfig target);
  // Then nothing is left at the directories, which are the derived class's.
  void TearDown() override;

  // Waits until it was done.
  void OnLoop(EventLoop::Task task);
  Lease Open();
  WatchedSink& Begin(const Lease& lease, OperationRequest request);
  WatchedSink& BeginSearch(const Lease& lease, std::string filter = "(cn=*)");
  void Abandon(const Lease& lease, const WatchedSink& sink);
  // The directory answers its compare.
  void ExpectWorks(const Lease& lease);

  LeakCheck leaks_;
  SteadyClock clock_;
  std::optional<EpollEventLoop> loop_{std::in_place, "test", clock_};
  std::optional<TargetConnector> connector_;
  std::optional<SessionManager> manager_;
  std::vector<std::unique_ptr<WatchedSink>> sinks_;
};

}  // namespace dirlease::testing
