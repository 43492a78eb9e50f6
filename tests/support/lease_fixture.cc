#include "support/lease_fixture.h"

#include <utility>
#include <variant>

#include "ldap/libldap/libldap_init.h"

namespace dirlease::testing {

void WatchedSink::OnEntry(const EntryView&) {
  seen_.Update([](Seen& seen) { ++(seen.ends.empty() ? seen.entries : seen.after_end); });
}

void WatchedSink::OnReference(const ReferenceView& reference) {
  const std::string why(reference.not_followed);
  seen_.Update([&](Seen& seen) { seen.left.push_back(why); });
}

void WatchedSink::OnEnd(const OperationEnd& end) {
  seen_.Update([&](Seen& seen) { seen.ends.push_back(end); });
}

OperationEnd WatchedSink::AwaitEnd() const {
  const Seen seen = AwaitAll();
  return seen.ends.empty() ? OperationEnd{.cause = EndCause::kInternal} : seen.ends[0];
}

WatchedSink::Seen WatchedSink::AwaitAll() const {
  EXPECT_TRUE(seen_.WaitFor([](const Seen& seen) { return !seen.ends.empty(); }));
  return seen_.Get();
}

void WatchedSink::AwaitEntries(int count) const {
  EXPECT_TRUE(seen_.WaitFor([count](const Seen& seen) { return seen.entries >= count; }));
}

LeaseFixture::LeaseFixture() { InitialiseLibldap(); }

void LeaseFixture::Start(TargetConfig target) {
  connector_.emplace(*loop_);
  OnLoop([&] {
    manager_.emplace(*loop_, *connector_, SessionManager::Options{}, std::vector<TargetConfig>{std::move(target)});
  });
}

void LeaseFixture::TearDown() {
  Watched<bool> drained;
  OnLoop([&] { manager_->Drain(absl::ZeroDuration(), [&] { drained.Update([](bool& value) { value = true; }); }); });
  EXPECT_TRUE(drained.WaitFor([](bool value) { return value; }));
  OnLoop([&] {
    EXPECT_TRUE(manager_->idle());
    EXPECT_EQ(manager_->budget().used(), 0u);
    manager_.reset();
  });
  loop_->Stop();
  connector_.reset();
  loop_.reset();
  for (const auto& sink : sinks_) {
    EXPECT_EQ(sink->seen().ends.size(), 1u);
    EXPECT_EQ(sink->seen().after_end, 0);
  }
}

void LeaseFixture::OnLoop(EventLoop::Task task) {
  Watched<bool> done;
  loop_->Post([&] {
    task();
    done.Update([](bool& value) { value = true; });
  });
  EXPECT_TRUE(done.WaitFor([](bool value) { return value; }));
}

LeaseFixture::Lease LeaseFixture::Open() {
  Watched<bool> answered;
  Lease lease;
  OnLoop([&] {
    manager_->Open({}, OpenRequest{}, [&](OpenResult result) {
      if (auto* opened = std::get_if<OpenedLease>(&result)) {
        lease = {std::string(opened->token.Reveal()), opened->session};
      }
      answered.Update([](bool& value) { value = true; });
    });
  });
  EXPECT_TRUE(answered.WaitFor([](bool value) { return value; }));
  EXPECT_NE(lease.session, nullptr);
  return lease;
}

WatchedSink& LeaseFixture::Begin(const Lease& lease, OperationRequest request) {
  WatchedSink& sink = *sinks_.emplace_back(std::make_unique<WatchedSink>());
  OnLoop([&] {
    auto begun = lease.session->Begin({"", "Search"}, std::move(request), sink);
    EXPECT_TRUE(begun.ok());
    sink.operation_id = begun.ok() ? begun.value()->id() : "";
  });
  return sink;
}

WatchedSink& LeaseFixture::BeginSearch(const Lease& lease, std::string filter) {
  SearchRequest search;
  search.base_dn = "dc=example";
  search.filter = std::move(filter);
  return Begin(lease, {.body = std::move(search), .controls = {}});
}

void LeaseFixture::Abandon(const Lease& lease, const WatchedSink& sink) {
  OnLoop([&] { lease.session->Abandon(sink.operation_id); });
}

void LeaseFixture::ExpectWorks(const Lease& lease) {
  const CompareRequest compare{.dn = "cn=a", .attribute_type = "cn", .value = "a"};
  EXPECT_EQ(Begin(lease, {.body = compare, .controls = {}}).AwaitEnd().result.code, ldap_code::kCompareTrue);
}

}  // namespace dirlease::testing
