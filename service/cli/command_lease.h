// The lease a command runs on: the named one, or one opened for it alone and unbound when this goes
// out of scope, whatever happened in between. Not thread-safe.
#pragma once

#include <chrono>
#include <optional>

#include "cli/command_context.h"

namespace dirlease::cli {

class CommandLease {
 public:
  // `ttl`: how long it outlives this process should that be killed, and its longest pause.
  explicit CommandLease(const CommandContext& context,
                        std::chrono::seconds ttl = std::chrono::seconds(30))
      : context_(context), ttl_(ttl) {}
  // Unbinds the lease that Acquire() opened; a failure is a warning, for the lease then ends by its
  // short ttl.
  ~CommandLease();
  CommandLease(const CommandLease&) = delete;
  CommandLease& operator=(const CommandLease&) = delete;

  // Gives the client its lease, unless it has it. Nothing = done, else the exit status of a failure already reported.
  std::optional<int> Acquire();

 private:
  const CommandContext& context_;
  const std::chrono::seconds ttl_;
  bool opened_ = false;
};

}  // namespace dirlease::cli
