// What an operation asks where it was referred to (RFC 4511 sections 4.1.10 and 4.5.3). Pure, thread-safe.
#pragma once

#include <optional>
#include <string>

#include "ldap/ldap_url.h"
#include "model/requests.h"

namespace dirlease {

// A server, and that of a request which a reference may change.
struct FollowedPlace {
  LdapUri server;
  std::string dn;
  Scope scope = Scope::kBase;  // searches only, as all that follows
  std::string filter;          // complete and checked
};

// Whether an operation means the same at another directory. Not so if its result belongs to one connection (pages, list
// views), is an order that entries of elsewhere would break, or is no search, compare or write of one entry.
bool MayBeFollowed(const OperationRequest& request);

FollowedPlace PlaceOf(const OperationRequest& request, const LdapUri& server);
// Where `url` leads from `from`. `continuation`: it came as a search reference, not as a result. Empty: its DN or filter
// is none.
std::optional<FollowedPlace> PlaceAt(const LdapUrl& url, const FollowedPlace& from, bool continuation);
// Two places with the same key are the same one. (Others may be too: then the number of hops ends the loop.)
std::string KeyOf(const FollowedPlace& place);
// `original` as it is asked there. REQUIRES: MayBeFollowed(original).
OperationRequest RequestAt(const FollowedPlace& place, const OperationRequest& original);

}  // namespace dirlease
