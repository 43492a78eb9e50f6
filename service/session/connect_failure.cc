#include "session/connect_failure.h"

namespace dirlease {

Failure NotConnected(const ConnectFailure& failure, const std::string& target) {
  Failure out{.code = absl::StatusCode::kUnavailable,
              .reason = "LDAP_CONNECT_ERROR",
              .message = "no directory of the target can be reached",
              .metadata = {{"target", target}, {"detail", failure.text}},
              .retry_delay = absl::Seconds(1)};
  switch (failure.kind) {
    case ConnectFailure::Kind::kUnreachable:
    case ConnectFailure::Kind::kTimeout:
      break;
    case ConnectFailure::Kind::kTls:
      out.reason = "UPSTREAM_TLS_FAILED";
      out.message = "TLS with the directory failed: check its certificate and the target's CA file";
      break;
    case ConnectFailure::Kind::kResources:
      out.code = absl::StatusCode::kResourceExhausted;
      out.reason = "TOO_MANY_SESSIONS";
      out.message = "the gateway has no descriptor or port left for one more lease";
      break;
  }
  return out;
}

}  // namespace dirlease
