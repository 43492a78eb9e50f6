// The lease a command runs on: the named one, or one opened for it alone and unbound when this goes
// out of scope, whatever happened in between. Not thread-safe.
#pragma once

#include <optional>

#include "cli/command_context.h"

namespace dirlease::cli {

class CommandLease {
 public:
  explicit CommandLease(const CommandContext& context) : context_(context) {}
  // Unbinds the lease that Acquire() opened; a failure is a warning, for the lease then ends by its
  // short ttl.
  ~CommandLease();
  CommandLease(const CommandLease&) = delete;
  CommandLease& operator=(const CommandLease&) = delete;

  // Gives the client its lease. Nothing = done, else the exit status of a failure already reported.
  std::optional<int> Acquire();

 private:
  const CommandContext& context_;
  bool opened_ = false;
};

}  // namespace dirlease::cli
