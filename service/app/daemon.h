// The daemon's life: from an effective configuration to the exit status.
#pragma once

#include "app/signals.h"
#include "dirlease/config/v1/config.pb.h"

namespace dirlease {

// Serves until a drain has ended. 0, or 1 if it could not start. Call once, in main, with `signals`
// made before.
int RunDaemon(const config::v1::Config& config, const Signals& signals);

}  // namespace dirlease
