#include "session/no_answer.h"

#include <utility>

namespace dirlease {

OperationEnd NotSent(int error) {
  OperationEnd end{.cause = error == ldap_code::kServerDown ? EndCause::kLost : EndCause::kInternal};
  end.result.code = error;
  return end;
}

OperationEnd LostWith(const LdapResult& last_word) { return {.cause = EndCause::kLost, .result = last_word}; }

OperationEnd Silent() {
  LdapResult silent;
  silent.code = ldap_code::kTimeout;
  silent.diagnostic_message = "the directory did not answer in time";
  return {.cause = EndCause::kResult, .result = std::move(silent)};
}

}  // namespace dirlease
