#include "rpc/convert_controls.h"

#include <optional>
#include <string>
#include <utility>

#include "base/ber_writer.h"
#include "fmt/format.h"
#include "model/names.h"
#include "model/password_policy.h"
#include "model/requests.h"
#include "rpc/typed_controls.h"

namespace dirlease {

namespace {
// Those of which the contract has only whether they are there. Empty: not one of them.
std::optional<Control> FlagControl(const v1::Control& control) {
  switch (control.control_case()) {
    case v1::Control::kManageDsaIt:
      return Control{.oid = std::string(kManageDsaItOid)};
    case v1::Control::kSubentries:
      return Control{.oid = "1.3.6.1.4.1.4203.1.10.1", .value = BerTrueElement(kBerBoolean)};
    case v1::Control::kPasswordPolicy:
      return Control{.oid = std::string(kPasswordPolicyOid)};
    case v1::Control::kTreeDelete:
      return Control{.oid = "1.2.840.113556.1.4.805"};
    case v1::Control::kRelax:
      return Control{.oid = "1.3.6.1.4.1.4203.666.5.12"};
    case v1::Control::kNoOperation:
      return Control{.oid = "1.3.6.1.4.1.4203.666.5.2"};
    case v1::Control::kDontUseCopy:
      return Control{.oid = "1.3.6.1.1.22"};
    case v1::Control::kPermissiveModify:
      return Control{.oid = "1.2.840.113556.1.4.1413"};
    default:
      return std::nullopt;
  }
}

// The flag of a flag control; what is false is not sent.
bool FlagOf(const v1::Control& control) {
  return control.manage_dsa_it() || control.subentries() || control.password_policy() ||
         control.tree_delete() || control.relax() || control.no_operation() ||
         control.dont_use_copy() || control.permissive_modify();
}

Outcome<Control> RawFromProto(const v1::RawControl& raw, const std::string& field) {
  if (const auto problem = OidProblem(raw.oid())) return InvalidField(field + ".oid", *problem);
  if (raw.value().size() > kMostControlOctets) {
    return InvalidField(field + ".value", fmt::format("is longer than {} octets", kMostControlOctets));
  }
  Control out{.oid = raw.oid()};
  if (raw.has_value()) out.value = raw.value();
  return out;
}

Outcome<Control> ValuedFromProto(const v1::Control& control, const std::string& field) {
  switch (control.control_case()) {
    case v1::Control::kRaw:
      return RawFromProto(control.raw(), field + ".raw");
    case v1::Control::CONTROL_NOT_SET:
      return InvalidField(field, "is empty: set one of its kinds, for example `raw`");
    default:
      return TypedControlFromProto(control, field);
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
    const auto flag = FlagControl(controls[i]);
    if (flag && !FlagOf(controls[i])) continue;
    auto control = flag ? Outcome<Control>(*flag) : ValuedFromProto(controls[i], field);
    if (!control.ok()) return control.failure();
    if (control->value.value_or("").size() > kMostControlOctets) {
      return InvalidField(field, fmt::format("is longer than {} octets", kMostControlOctets));
    }
    if (HasControl(out, control->oid)) return InvalidField(field, "stands there twice");
    control->critical = controls[i].critical();
    out.push_back(std::move(control.value()));
  }
  return out;
}

Outcome<std::vector<Control>> BindControlsFromProto(
    const google::protobuf::RepeatedPtrField<v1::Control>& controls) {
  auto converted = ControlsFromProto(controls);
  if (converted.ok() && ValueOctets(*converted) > kMostBindControlOctets) {
    return InvalidField("controls", fmt::format("are longer than {} octets together", kMostBindControlOctets));
  }
  return converted;
}

}  // namespace dirlease
