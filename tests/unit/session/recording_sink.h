// An OperationSink that keeps what it hears and fails the test when it hears anything after its end.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "model/operation.h"

namespace dirlease::testing {

class RecordingSink final : public OperationSink {
 public:
  void OnEntry(const EntryView& entry) override {
    if (ended()) ADD_FAILURE() << "an entry after the end";
    entries.emplace_back(entry.dn);
    if (on_entry) on_entry();
  }
  void OnReference(const ReferenceView& reference) override {
    if (ended()) ADD_FAILURE() << "a reference after the end";
    ++references;
    if (!reference.uris.empty()) left.push_back(std::string(reference.uris[0]) + " " + std::string(reference.not_followed));
  }
  void OnIntermediate(const IntermediateView&) override { ++intermediates; }
  void OnEnd(const OperationEnd& end) override {
    if (ended()) ADD_FAILURE() << "a second end";
    ends.push_back(end);
    if (on_end) on_end();
  }

  bool ended() const { return !ends.empty(); }
  // Fails the test when it has not ended.
  const OperationEnd& end() const {
    static const OperationEnd kNone{.cause = EndCause::kInternal};
    if (!ended()) ADD_FAILURE() << "not ended yet";
    return ended() ? ends[0] : kNone;
  }

  std::vector<std::string> entries;
  int references = 0;
  std::vector<std::string> left;  // "URI why" of each, the first URI
  int intermediates = 0;
  std::vector<OperationEnd> ends;
  std::function<void()> on_entry;
  std::function<void()> on_end;
};

}  // namespace dirlease::testing
