#include "cli/exit_status.h"

#include "cli/failure.h"

namespace dirlease::cli {

int ExitStatusOfLdapCode(int32_t code) {
  return code >= 0 && code <= 255 ? code : kExitLocalFailure;
}

int ExitStatusOf(const Failure& failure) {
  if (failure.ldap && failure.ldap->code() > 0) return ExitStatusOfLdapCode(failure.ldap->code());
  return kExitGrpcBase + failure.code;
}

}  // namespace dirlease::cli
