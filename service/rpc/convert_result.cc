#include "rpc/convert_result.h"

#include <string>

#include "base/utf8.h"
#include "model/names.h"

namespace dirlease {

void ResultToProto(const LdapResult& result, v1::LdapResult& out) {
  out.Clear();
  out.set_code(result.code);
  out.set_name(std::string(LdapResultName(result.code)));
  out.set_matched_dn(DnToUtf8(result.matched_dn));
  out.set_diagnostic_message(ReplaceInvalidUtf8(result.diagnostic_message));
  // A URL's own escape keeps its meaning, where U+FFFD would name another entry.
  for (const std::string& url : result.referrals) out.add_referrals(EscapeInvalidUtf8(url, '%'));
  for (const std::string& server : result.followed) out.add_followed(server);
  out.set_not_followed(result.not_followed);
  for (const Control& control : result.controls) ControlToProto(control, *out.add_controls());
}

}  // namespace dirlease
