// Puts a google.rpc.Status together, one detail of each type, and cuts it to size.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "dirlease/v1/ldap.pb.h"
#include "google/rpc/error_details.pb.h"
#include "model/failure.h"

namespace dirlease {

// For one status. Not thread-safe.
class StatusDetails {
 public:
  explicit StatusDetails(std::string_view reason);

  // Texts are cleaned, and cut to sizes at which these parts always fit. Empty values are left out.
  void AddMetadata(std::string_view key, std::string_view value);
  void SetRetryDelay(absl::Duration delay);
  void SetMissingEntry(std::string_view dn);
  void SetViolations(const std::vector<FieldViolation>& violations);
  void SetLdapResult(v1::LdapResult result) { ldap_result_ = std::move(result); }

  // A serialized google.rpc.Status of at most `most` octets, which is REQUIRED to be 3,840 or more:
  // first the LdapResult is cut, in the order that its field `truncated` documents, then violations
  // from the last one on.
  std::string Serialize(int code, const std::string& message, size_t most);

 private:
  bool Cut();
  std::string Packed(int code, const std::string& message) const;

  google::rpc::ErrorInfo error_info_;
  std::optional<google::rpc::RetryInfo> retry_info_;
  std::optional<google::rpc::ResourceInfo> resource_info_;
  std::optional<google::rpc::BadRequest> bad_request_;
  std::optional<v1::LdapResult> ldap_result_;
};

// One step smaller, in the contract's order; false when nothing is left to cut but code and name.
bool CutLdapResult(v1::LdapResult& result);

}  // namespace dirlease
