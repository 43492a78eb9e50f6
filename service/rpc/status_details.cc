#include "rpc/status_details.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"
#include "google/rpc/status.pb.h"

namespace dirlease {

namespace {

constexpr char kDomain[] = "dirlease";
constexpr char kEntryType[] = "ldap entry";
constexpr size_t kMostMetadata = 12;
constexpr size_t kMostKeyOctets = 32;
constexpr size_t kMostMetadataOctets = 128;
constexpr size_t kMostDnOctets = 512;
constexpr size_t kMostFieldOctets = 128;
constexpr size_t kMostDescriptionOctets = 256;
constexpr size_t kMostViolations = 16;

std::string Clean(std::string_view text, size_t most) {
  std::string clean = ReplaceInvalidUtf8(text.substr(0, most));
  clean.resize(TruncateUtf8(clean, most).size());
  return clean;
}

}  // namespace

StatusDetails::StatusDetails(std::string_view reason) {
  error_info_.set_reason(Clean(reason, kMostMetadataOctets));
  error_info_.set_domain(kDomain);
}

void StatusDetails::AddMetadata(std::string_view key, std::string_view value) {
  if (value.empty() || error_info_.metadata().size() == kMostMetadata) return;
  (*error_info_.mutable_metadata())[Clean(key, kMostKeyOctets)] =
      Clean(value, kMostMetadataOctets);
}

void StatusDetails::SetRetryDelay(absl::Duration delay) {
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(std::max(delay, absl::ZeroDuration()));
  google::protobuf::Duration& out = *retry_info_.emplace().mutable_retry_delay();
  out.set_seconds(nanoseconds / 1'000'000'000);
  out.set_nanos(static_cast<int32_t>(nanoseconds % 1'000'000'000));
}

void StatusDetails::SetMissingEntry(std::string_view dn) {
  resource_info_.emplace().set_resource_type(kEntryType);
  resource_info_->set_resource_name(Clean(dn, kMostDnOctets));
}

void StatusDetails::SetViolations(const std::vector<FieldViolation>& violations) {
  if (violations.empty()) return;
  bad_request_.emplace();
  for (size_t i = 0; i < std::min(violations.size(), kMostViolations); ++i) {
    auto& out = *bad_request_->add_field_violations();
    out.set_field(Clean(violations[i].field, kMostFieldOctets));
    out.set_description(Clean(violations[i].description, kMostDescriptionOctets));
  }
}

std::string StatusDetails::Serialize(int code, const std::string& message, size_t most) {
  std::string packed = Packed(code, message);
  while (packed.size() > most && Cut()) packed = Packed(code, message);
  return packed;
}

bool StatusDetails::Cut() {
  if (ldap_result_ && CutLdapResult(*ldap_result_)) return true;
  if (!bad_request_ || bad_request_->field_violations_size() < 2) return false;
  bad_request_->mutable_field_violations()->RemoveLast();
  return true;
}

std::string StatusDetails::Packed(int code, const std::string& message) const {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(error_info_);
  if (ldap_result_) status.add_details()->PackFrom(*ldap_result_);
  if (bad_request_) status.add_details()->PackFrom(*bad_request_);
  if (retry_info_) status.add_details()->PackFrom(*retry_info_);
  if (resource_info_) status.add_details()->PackFrom(*resource_info_);
  return status.SerializeAsString();
}

}  // namespace dirlease
