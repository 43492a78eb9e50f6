// What a failed call throws: the gRPC code, and what the gateway says beside it.
#pragma once

#include <grpcpp/support/status_code_enum.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "dirlease/v1/ldap.pb.h"

namespace dirlease::client {

class Error : public std::runtime_error {
 public:
  // `details` is a serialized google.rpc.Status, as gRPC carries it beside code and message. Details that cannot be read
  // are left out; code and message never are.
  Error(grpc::StatusCode code, const std::string& message, std::string_view details = {});

  grpc::StatusCode code() const { return code_; }
  // google.rpc.ErrorInfo's: an LDAP code's name ("NO_SUCH_OBJECT"), or the gateway's own ("SESSION_EXPIRED",
  // "TOO_MANY_OPERATIONS"). Empty when the error comes from gRPC itself.
  const std::string& reason() const { return reason_; }
  // The directory's answer: code, name, matched DN, text, referrals, controls. Empty when it gave none.
  const std::optional<v1::LdapResult>& ldap() const { return ldap_; }
  // The request's field that is to blame, with INVALID_ARGUMENT ("filter"); else empty.
  const std::string& field() const { return field_; }
  // How long the gateway asks to wait before the next try.
  std::optional<std::chrono::milliseconds> retry_after() const { return retry_after_; }

  // The lease is over, and the call was never begun: open another one and repeat. Lease does so by itself, once a call.
  bool session_lost() const;
  // A write that may have happened: read before you repeat it.
  bool outcome_unknown() const;

 private:
  grpc::StatusCode code_;
  std::string reason_;
  std::optional<v1::LdapResult> ldap_;
  std::string field_;
  std::optional<std::chrono::milliseconds> retry_after_;
};

}  // namespace dirlease::client
