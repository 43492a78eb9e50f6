#include <algorithm>

#include "base/utf8.h"
#include "rpc/status_details.h"

namespace dirlease {

namespace {

constexpr int kFirstReferrals = 8;
constexpr size_t kFirstTextOctets = 1024;
constexpr size_t kFirstDnOctets = 512;
constexpr size_t kLastTextOctets = 256;

bool Cut(std::string& text, size_t most) {
  if (text.size() <= most) return false;
  text.resize(TruncateUtf8(text, most).size());
  return true;
}

bool DropUnknownValues(v1::LdapResult& result) {
  bool dropped = false;
  for (v1::ResponseControl& control : *result.mutable_controls()) {
    if (control.decoded_case() != v1::ResponseControl::DECODED_NOT_SET) continue;
    dropped = dropped || !control.value().empty();
    control.clear_value();
  }
  return dropped;
}

bool DropReferrals(v1::LdapResult& result, int most) {
  if (result.referrals_size() <= most) return false;
  result.mutable_referrals()->DeleteSubrange(most, result.referrals_size() - most);
  return true;
}

bool DropFollowed(v1::LdapResult& result) {
  const bool had_any = result.followed_size() > 0;
  result.clear_followed();
  return had_any;
}

bool DropControls(v1::LdapResult& result) {
  const bool had_any = result.controls_size() > 0;
  result.clear_controls();
  return had_any;
}

}  // namespace

bool CutLdapResult(v1::LdapResult& result) {
  const bool cut = DropUnknownValues(result) || DropReferrals(result, kFirstReferrals) ||
                   Cut(*result.mutable_diagnostic_message(), kFirstTextOctets) ||
                   Cut(*result.mutable_matched_dn(), kFirstDnOctets) ||
                   // Beyond the contract's list, for what is still too large.
                   DropControls(result) || DropFollowed(result) ||
                   DropReferrals(result, std::max(0, result.referrals_size() - 1)) ||
                   Cut(*result.mutable_diagnostic_message(), kLastTextOctets);
  if (cut) result.set_truncated(true);
  return cut;
}

}  // namespace dirlease
