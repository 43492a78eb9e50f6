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
}  // namespace

Outcome<OperationRequest> WhoAmIFromProto(const v1::WhoAmIRequest& request) {
  OperationRequest out;
  if (auto failure = SetCommon(request, out)) return *failure;
  out.body = ExtendedRequest{kWhoAmIOid, std::nullopt};
  return out;
}

Outcome<OperationRequest> ExtendedFromProto(const v1::ExtendedRequest& request) {
  OperationRequest out;
  if (auto failure = SetCommon(request, out)) return *failure;
  if (const auto problem = OidProblem(request.oid())) return InvalidField("oid", *problem);
  if (request.oid() == kStartTlsOid) {
    return InvalidField("oid", "is StartTLS: the gateway secures its connections itself, see the target's tls setting");
  }
  ExtendedRequest extended{request.oid(), std::nullopt};
  if (request.has_value()) extended.value = request.value();
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
    out.body = ExtendedRequest{kModifyPasswordOid, EncodePasswordModify(change)};
  }
  Wipe(*request.mutable_old_password());
  Wipe(*request.mutable_new_password());
  if (failure) return *std::move(failure);
  return out;
}

}  // namespace dirlease
