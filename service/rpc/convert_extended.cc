// The half of convert_request.h that goes out as extended operations (RFC 4511 section 4.12).
#include <string>
#include <utility>

#include "base/secret.h"
#include "fmt/format.h"
#include "model/names.h"
#include "rpc/convert_controls.h"
#include "rpc/convert_request.h"
#include "rpc/password_modify.h"

namespace dirlease {

namespace {
using MaybeFailure = std::optional<Failure>;

template <typename Request>
MaybeFailure SetCommon(const Request& request, OperationRequest& out) {
  if (auto failure = OperationIdFailure(request.operation_id())) return failure;
  auto controls = ControlsFromProto(request.controls());
  if (!controls.ok()) return controls.failure();
  out.controls = std::move(controls.value());
  return {};
}

MaybeFailure CheckPasswords(const v1::ChangePasswordRequest& request) {
  if (request.user_identity().size() > kMaxDnOctets) {
    return InvalidField("user_identity", fmt::format("is longer than {} octets", kMaxDnOctets));
  }
  for (const auto& [field, password] : {std::pair("old_password", &request.old_password()),
                                        std::pair("new_password", &request.new_password())}) {
    if (password->size() > kMostPasswordOctets) {
      return InvalidField(field, fmt::format("is longer than {} octets", kMostPasswordOctets));
    }
  }
  if (request.has_new_password() && request.new_password().empty()) {
    return InvalidField("new_password", "is empty: leave it unset for one that the directory makes up");
  }
  return {};
}

// Operations that would take the connection out of our hands. Others that belong to a connection (transactions, RFC 5805;
// Cancel, RFC 3909) are its owner's to use: they reach his own operations only.
std::optional<std::string> RefusalOf(std::string_view oid) {
  if (oid == kStartTlsOid) {
    return "is StartTLS: the gateway secures its connections itself, see the target's tls setting";
  }
  if (oid == "1.3.6.1.1.19") return "is Turn (RFC 4531): the gateway answers no requests of a directory";
  if (oid == "1.2.840.113556.1.4.1781") return "is fast bind: a lease has one bound identity, open others";
  return std::nullopt;
}
}  // namespace

Outcome<OperationRequest> WhoAmIFromProto(const v1::WhoAmIRequest& request) {
  OperationRequest out;
  if (auto failure = SetCommon(request, out)) return *failure;
  out.body = ExtendedRequest{.oid = kWhoAmIOid, .value = {}, .subject = {}};
  return out;
}

Outcome<OperationRequest> ExtendedFromProto(const v1::ExtendedRequest& request) {
  OperationRequest out;
  if (auto failure = SetCommon(request, out)) return *failure;
  if (const auto problem = OidProblem(request.oid())) return InvalidField("oid", *problem);
  if (const auto refusal = RefusalOf(request.oid())) return InvalidField("oid", *refusal);
  ExtendedRequest extended{.oid = request.oid(), .value = {}, .subject = {}};
  if (request.has_value()) extended.value.emplace(request.value());
  out.body = std::move(extended);
  return out;
}

Outcome<OperationRequest> ChangePasswordFromProto(v1::ChangePasswordRequest& request) {
  OperationRequest out;
  MaybeFailure failure = SetCommon(request, out);
  if (!failure) failure = CheckPasswords(request);
  if (!failure) {
    PasswordModify change;
    if (request.has_user_identity()) change.user_identity = request.user_identity();
    if (request.has_old_password()) change.old_password = request.old_password();
    if (request.has_new_password()) change.new_password = request.new_password();
    out.body = ExtendedRequest{.oid = kModifyPasswordOid,
                               .value = EncodePasswordModify(change),
                               .subject = request.user_identity()};
  }
  if (request.has_old_password()) Wipe(*request.mutable_old_password());
  if (request.has_new_password()) Wipe(*request.mutable_new_password());
  if (failure) return *std::move(failure);
  return out;
}

void WipeValues(v1::ExtendedRequest& request) {
  if (request.has_value()) Wipe(*request.mutable_value());
}

}  // namespace dirlease
