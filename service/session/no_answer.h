// How a request ends that the directory does not answer. Pure, thread-safe.
#pragma once

#include "model/ldap_result.h"
#include "model/operation.h"

namespace dirlease {

// It could not be sent: `error` is libldap's.
OperationEnd NotSent(int error);
// The connection ended, with the directory's last word if it had one.
OperationEnd LostWith(const LdapResult& last_word);
// The directory said nothing in time.
OperationEnd Silent();

}  // namespace dirlease
