// What one peer may take of a gRPC listener before any call of dirlease's is looked at. A value; the defaults are those of
// the configuration (proto/dirlease/config/v1/config.proto, message Grpc), which also says what each is for.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace dirlease {

struct ServerLimits {
  uint32_t max_connections = 10'000;
  absl::Duration handshake_timeout = absl::Seconds(10);
  absl::Duration max_connection_idle = absl::Minutes(15);
  absl::Duration keepalive_time = absl::Seconds(30);
  absl::Duration keepalive_timeout = absl::Seconds(10);
  absl::Duration min_ping_interval = absl::Seconds(10);
  uint32_t max_concurrent_streams = 1000;  // of one connection
  // Octets.
  uint32_t max_metadata_size = 16 << 10;
  uint32_t max_receive_message_size = 8 << 20;
  uint64_t memory = 512 << 20;  // of all connections, as far as gRPC itself counts it
};

}  // namespace dirlease
