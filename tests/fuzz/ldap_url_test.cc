// LDAP URLs, as directories refer with them: whatever they say, what is asked then is a request like any other.
#include <string>

#include "fuzz/fuzz_target.h"
#include "ldap/ldap_url.h"
#include "model/filter.h"
#include "model/names.h"
#include "session/referrals/followed_place.h"

namespace dirlease::testing {

DIRLEASE_FUZZ_TARGET(ldap_url) {
  const auto url = ParseLdapUrl(input);
  if (!url) return;
  DIRLEASE_REQUIRE(ParseLdapUri(url->server.text).has_value());
  const FollowedPlace from{.server = url->server, .dn = "dc=from", .scope = Scope::kOneLevel, .filter = "(cn=*)"};
  for (const bool continuation : {false, true}) {
    const auto place = PlaceAt(*url, from, continuation);
    if (!place) continue;
    DIRLEASE_REQUIRE(!DnProblem(place->dn));
    DIRLEASE_REQUIRE(PrepareFilter(place->filter, {}).ok());
    KeyOf(*place);
  }
}

}  // namespace dirlease::testing
