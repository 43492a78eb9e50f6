// A failed call, taken apart for people and for exit statuses. Pure, thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/advice.h"
#include "dirlease/v1/ldap.pb.h"
#include "google/rpc/status.pb.h"

namespace dirlease::cli {

struct Failure {
  // gRPC status code and message.
  int code = 0;
  std::string message;
  // google.rpc.ErrorInfo.reason; empty when the failure did not come from the gateway (transport,
  // proxy).
  std::string reason;
  std::string detail;  // ErrorInfo's, for people; may be empty
  std::optional<v1::LdapResult> ldap;
  // Field path and what is wrong with it.
  std::vector<std::pair<std::string, std::string>> violations;
  std::optional<std::chrono::milliseconds> retry_after;
};

// Unknown details are skipped.
Failure ParseFailure(const google::rpc::Status& status);

// Of a write: whether it happened is not known, since the directory's answer did not come.
bool MayHaveHappened(const Failure& failure);

// Several lines for stderr, each ended: what failed, both codes, the directory's own words, what to
// do next. Control characters of foreign text are replaced, so that it cannot drive the terminal.
// `action` completes "ACTION failed"; `color` is for these words alone.
std::string RenderFailure(std::string_view action, const Failure& failure, bool color = false,
                          CallKind kind = CallKind::kRead);

// As in the gRPC documentation, for example "NOT_FOUND".
std::string GrpcCodeName(int code);

}  // namespace dirlease::cli
