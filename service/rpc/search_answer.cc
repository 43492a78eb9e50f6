#include "rpc/search_answer.h"

#include "rpc/convert_result.h"
#include "rpc/convert_time.h"
#include "rpc/status_details.h"

namespace dirlease {

v1::SearchDone SearchDoneOf(const LdapResult& result, int64_t entries, int64_t references,
                            absl::Duration upstream_time) {
  v1::SearchDone done;
  ResultToProto(result, *done.mutable_result());
  while (done.result().ByteSizeLong() > kMostMessageOctets && CutLdapResult(*done.mutable_result())) {
  }
  done.set_entry_count(entries);
  done.set_reference_count(references);
  *done.mutable_upstream_time() = DurationToProto(upstream_time);
  return done;
}

void SearchAnswer::AppendDone(const LdapResult& result, absl::Duration upstream_time, WireMessage& out) const {
  out.AppendMessage(v1::SearchResponse::kDoneFieldNumber, SearchDoneOf(result, entries_, references_, upstream_time));
}

bool SearchAnswer::Accepts(const LdapResult& result) const {
  const int code = result.code;
  const bool partial = code == ldap_code::kTimeLimitExceeded || code == ldap_code::kSizeLimitExceeded ||
                       code == ldap_code::kAdminLimitExceeded || code == ldap_code::kReferral;
  return options_.accept_partial && partial;
}

}  // namespace dirlease
