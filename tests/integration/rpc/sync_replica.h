// A copy of a content as RFC 4533's client keeps it, fed with what Sync sends.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::testing {

class SyncReplica {
 public:
  // By DN: "type: value" lines, sorted.
  using Content = std::map<std::string, std::vector<std::string>>;

  static std::vector<std::string> LinesOf(const v1::SearchEntry& entry) {
    std::vector<std::string> lines;
    for (const v1::Attribute& attribute : entry.attributes()) {
      for (const std::string& value : attribute.values()) lines.push_back(attribute.type() + ": " + value);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  // A new Sync begins, with cookie().
  void Begin() {
    told_.clear();
    refreshed_ = false;
    whole_entries_ = 0;
  }
  void Apply(const v1::SyncResponse& message) {
    for (const v1::SyncEvent& event : message.events()) Apply(event);
    if (!message.cookie().empty()) cookie_ = message.cookie();
  }

  const std::string& cookie() const { return cookie_; }
  bool refreshed() const { return refreshed_; }
  int whole_entries() const { return whole_entries_; }  // since Begin
  const v1::SearchDone& done() const { return done_; }
  Content content() const {
    Content content;
    for (const auto& [uuid, entry] : entries_) content[entry.first] = entry.second;
    return content;
  }
  bool Has(const std::string& dn, const std::string& line) const {
    const Content all = content();
    const auto found = all.find(dn);
    return found != all.end() && std::find(found->second.begin(), found->second.end(), line) != found->second.end();
  }

 private:
  void Apply(const v1::SyncEvent& event) {
    if (event.has_entry()) ApplyEntry(event.entry());
    for (const std::string& uuid : event.id_set().entry_uuids()) {
      EXPECT_EQ(uuid.size(), 16u);
      event.id_set().deleted() ? (void)entries_.erase(uuid) : (void)told_.insert(uuid);
    }
    if (event.phase() == v1::SyncEvent::PHASE_REFRESH_PRESENT_DONE) {
      std::erase_if(entries_, [this](const auto& entry) { return !told_.contains(entry.first); });
    }
    if (event.phase() == v1::SyncEvent::PHASE_REFRESH_DONE) refreshed_ = true;
    if (event.has_done()) done_ = event.done();
  }
  void ApplyEntry(const v1::SyncEntry& entry) {
    EXPECT_EQ(entry.entry_uuid().size(), 16u);
    EXPECT_EQ(entry.entry().controls_size(), 0);
    switch (entry.state()) {
      case v1::SyncEvent::STATE_ADD:
      case v1::SyncEvent::STATE_MODIFY:
        ++whole_entries_;
        entries_[entry.entry_uuid()] = {entry.entry().dn(), LinesOf(entry.entry())};
        told_.insert(entry.entry_uuid());
        break;
      case v1::SyncEvent::STATE_PRESENT:
        told_.insert(entry.entry_uuid());
        break;
      case v1::SyncEvent::STATE_DELETE:
        entries_.erase(entry.entry_uuid());
        break;
      default:
        ADD_FAILURE() << "an entry without a state";
    }
  }

  std::map<std::string, std::pair<std::string, std::vector<std::string>>> entries_;  // by UUID
  std::set<std::string> told_;  // since the Sync began
  std::string cookie_;
  bool refreshed_ = false;
  int whole_entries_ = 0;
  v1::SearchDone done_;
};

}  // namespace dirlease::testing
