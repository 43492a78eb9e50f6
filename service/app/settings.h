// From the effective configuration to what the layers below take.
#pragma once

#include <string>

#include "app/gateway.h"
#include "base/log.h"
#include "dirlease/config/v1/config.pb.h"

namespace dirlease {

// REQUIRES: FillDefaults was applied and CheckConfig found nothing.
Gateway::Settings ToSettings(const config::v1::Config& config);
log::Format LogFormat(const config::v1::Config& config);
log::Level LogLevel(const config::v1::Config& config);
absl::Duration DrainGrace(const config::v1::Config& config);
absl::Duration CertificateCheckInterval(const config::v1::Config& config);
// The targets' names, for a log line.
std::string TargetNames(const config::v1::Config& config);

}  // namespace dirlease
