#include "rpc/convert_controls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"
#include "model/paged_results.h"
#include "model/names.h"

namespace dirlease {

namespace {
const std::string kBerTrue("\x01\x01\xff", 3);

// Those that are an OID with a flag for their whole content. Empty: not one of them.
std::optional<Control> FlagControl(const v1::Control& control) {
  switch (control.control_case()) {
    case v1::Control::kManageDsaIt:
      return Control{.oid = "2.16.840.1.113730.3.4.2"};
    case v1::Control::kSubentries:
      return Control{.oid = "1.3.6.1.4.1.4203.1.10.1", .value = kBerTrue};
    case v1::Control::kPasswordPolicy:
      return Control{.oid = "1.3.6.1.4.1.42.2.27.8.5.1"};
    case v1::Control::kTreeDelete:
      return Control{.oid = "1.2.840.113556.1.4.805"};
    case v1::Control::kRelax:
      return Control{.oid = "1.3.6.1.4.1.4203.666.5.12"};
    case v1::Control::kNoOperation:
      return Control{.oid = "1.3.6.1.4.1.4203.666.5.2"};
    case v1::Control::kDontUseCopy:
      return Control{.oid = "1.3.6.1.1.22"};
    default:
      return std::nullopt;
  }
}

// The flag of a flag control; what is false is not sent.
bool FlagOf(const v1::Control& control) {
  return control.manage_dsa_it() || control.subentries() || control.password_policy() ||
         control.tree_delete() || control.relax() || control.no_operation() ||
         control.dont_use_copy();
}

Failure NotBuilt(const std::string& field) {
  Failure failure = InvalidField(
      field, "this typed control is not built yet: send it as `raw` with its OID and value");
  failure.code = absl::StatusCode::kUnimplemented;
  failure.reason = "CONTROL_NOT_BUILT";
  failure.message = "a typed control of the request is not built yet, see the details";
  return failure;
}

Outcome<std::optional<Control>> FromProto(const v1::Control& control, const std::string& field) {
  if (auto flag = FlagControl(control)) return FlagOf(control) ? flag : std::nullopt;
  switch (control.control_case()) {
    case v1::Control::kRaw: {
      if (const auto problem = OidProblem(control.raw().oid())) {
        return InvalidField(field + ".raw.oid", *problem);
      }
      if (control.raw().value().size() > kMostControlOctets) {
        return InvalidField(field + ".raw.value", fmt::format("is longer than {} octets", kMostControlOctets));
      }
      Control raw{.oid = control.raw().oid()};
      if (control.raw().has_value()) raw.value = control.raw().value();
      return std::optional<Control>(std::move(raw));
    }
    case v1::Control::kPagedResults:
      if (control.paged_results().size() < 0) {
        return InvalidField(field + ".paged_results.size", "is negative");
      }
      if (control.paged_results().cookie().size() > kMostControlOctets) {
        return InvalidField(field + ".paged_results.cookie",
                            fmt::format("is longer than {} octets", kMostControlOctets));
      }
      return std::optional<Control>(
          Control{.oid = std::string(kPagedResultsOid),
                  .value = EncodePagedResults(control.paged_results().size(),
                                              control.paged_results().cookie())});
    case v1::Control::kProxiedAuthorizationId:
      return std::optional<Control>(Control{.oid = "2.16.840.1.113730.3.4.18",
                                            .value = control.proxied_authorization_id()});
    case v1::Control::CONTROL_NOT_SET:
      return InvalidField(field, "is empty: set one of its kinds, for example `raw`");
    default:
      return NotBuilt(field);
  }
}
}  // namespace

Outcome<std::vector<Control>> ControlsFromProto(
    const google::protobuf::RepeatedPtrField<v1::Control>& controls) {
  if (controls.size() > kMostControls) {
    return InvalidField("controls", fmt::format("are more than {}", kMostControls));
  }
  std::vector<Control> out;
  for (int i = 0; i < controls.size(); ++i) {
    const std::string field = fmt::format("controls[{}]", i);
    auto control = FromProto(controls[i], field);
    if (!control.ok()) return control.failure();
    if (!control.value()) continue;
    const std::string& oid = control.value()->oid;
    if (std::any_of(out.begin(), out.end(), [&](const Control& c) { return c.oid == oid; })) {
      return InvalidField(field, "stands there twice");
    }
    control.value()->critical = controls[i].critical();
    out.push_back(*std::move(control.value()));
  }
  return out;
}

}  // namespace dirlease
