#include "app/outcome.h"

namespace dirlease {

std::string_view OutcomeName(const CallError& error) {
  if (const auto* failure = std::get_if<Failure>(&error)) return failure->reason;
  const auto& end = std::get<OperationEnd>(error);
  if (end.cause != EndCause::kResult && end.result.code == ldap_code::kSuccess) return EndCauseName(end.cause);
  const std::string_view name = LdapResultName(end.result.code);
  return name.empty() ? "unknownResult" : name;
}

}  // namespace dirlease
