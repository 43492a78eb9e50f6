// How an RPC ended, as its caller sees it: the canonical status and the google.rpc details in it.
// Free of gRPC. Values.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "dirlease/v1/ldap.pb.h"
#include "google/rpc/error_details.pb.h"

namespace dirlease::testing {

// gRPC's numbers.
enum class Code {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16,
};

struct CallEnd {
  Code code = Code::kOk;
  std::string message;
  size_t details_octets = 0;
  // Decoded; absent = not among the details.
  std::optional<google::rpc::ErrorInfo> error_info;
  std::optional<google::rpc::RetryInfo> retry_info;
  std::optional<google::rpc::ResourceInfo> resource_info;
  std::optional<google::rpc::BadRequest> bad_request;
  std::optional<v1::LdapResult> ldap_result;

  bool ok() const { return code == Code::kOk; }
  // ErrorInfo's; empty without one.
  std::string reason() const { return error_info ? error_info->reason() : ""; }
};

// Fails the test when `details` is no google.rpc.Status or says another code
// (but for a cancelled call).
CallEnd DecodeCallEnd(int code, std::string message, const std::string& details);

std::ostream& operator<<(std::ostream& out, Code code);
std::ostream& operator<<(std::ostream& out, const CallEnd& end);

}  // namespace dirlease::testing
