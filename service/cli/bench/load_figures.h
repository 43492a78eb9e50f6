// What a load run saw. Each worker gathers its own, they are added up at the end. Value type.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "cli/bench/latencies.h"
#include "cli/gateway_client.h"

namespace dirlease::cli {

struct LoadFigures {
  // Of the calls that ended OK: from just before the call to its status.
  Latencies latencies;
  // Of those that brought entries: to the first message with one.
  Latencies first_entries;
  int64_t entries = 0;
  // By status code, with the gateway's reason where it gave one. Calls that Ctrl-C cut off are not
  // in it.
  std::map<std::string, int64_t> statuses;
  std::optional<CallStatus> first_failure;
  int64_t cut_off = 0;
  // Workers that ended early, see LoadRun.
  int gave_up = 0;
  // From the start of the first call to the end of the last one.
  std::chrono::nanoseconds elapsed{};

  int64_t calls() const;
  void Add(const LoadFigures& other);
};

}  // namespace dirlease::cli
