// The status that ends a failed call: a canonical code, a constant message and google.rpc.Status
// details, within what peers accept as metadata. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model/failure.h"
#include "model/operation.h"

namespace dirlease {

// Message and details together. Peers take 8 KiB of metadata by default and turn a status beyond that into
// RESOURCE_EXHAUSTED, whatever it was; details travel in base64, a third larger.
inline constexpr size_t kMaxStatusOctets = 4096;

struct RpcStatus {
  int code = 0;         // gRPC's number
  std::string message;  // ASCII
  std::string details;  // a serialized google.rpc.Status; empty when the code is 0
};

// What was asked, for ErrorInfo.metadata and ResourceInfo. Untrusted texts: they are cleaned and cut.
struct StatusContext {
  std::optional<std::string> operation;  // for example "Search"
  std::optional<std::string> session_id;
  std::optional<std::string> operation_id;
  std::optional<std::string> target;
  std::optional<std::string> dn;  // of the entry that NOT_FOUND is about, where it is clear which
  bool extended = false;          // an extended operation: some directories do not have it
};

RpcStatus StatusFromFailure(const Failure& failure, const StatusContext& context);
// Code 0 when the end is a success (compareTrue and compareFalse are).
RpcStatus StatusFromEnd(const OperationEnd& end, const StatusContext& context);

}  // namespace dirlease
