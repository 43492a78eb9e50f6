#include "model/ldap_result.h"

#include <algorithm>
#include <iterator>

namespace dirlease {

namespace {

struct NamedCode {
  int code;
  std::string_view name;
};

// Sorted by code. RFC 4511 appendix A where nothing else is said.
constexpr NamedCode kNames[] = {
    // libldap's own results: no directory sent them.
    {-17, "referralLimitExceeded"},
    {-16, "clientLoop"},
    {-15, "moreResultsToReturn"},
    {-14, "noResultsReturned"},
    {-13, "controlNotFound"},
    {-12, "notSupported"},
    {-11, "connectError"},
    {-10, "noMemory"},
    {-9, "paramError"},
    {-8, "userCancelled"},
    {-7, "filterError"},
    {-6, "authUnknown"},
    {-5, "timeout"},
    {-4, "decodingError"},
    {-3, "encodingError"},
    {-2, "localError"},
    {-1, "serverDown"},
    {0, "success"},
    {1, "operationsError"},
    {2, "protocolError"},
    {3, "timeLimitExceeded"},
    {4, "sizeLimitExceeded"},
    {5, "compareFalse"},
    {6, "compareTrue"},
    {7, "authMethodNotSupported"},
    {8, "strongerAuthRequired"},
    {10, "referral"},
    {11, "adminLimitExceeded"},
    {12, "unavailableCriticalExtension"},
    {13, "confidentialityRequired"},
    {14, "saslBindInProgress"},
    {16, "noSuchAttribute"},
    {17, "undefinedAttributeType"},
    {18, "inappropriateMatching"},
    {19, "constraintViolation"},
    {20, "attributeOrValueExists"},
    {21, "invalidAttributeSyntax"},
    {32, "noSuchObject"},
    {33, "aliasProblem"},
    {34, "invalidDNSyntax"},
    {35, "isLeaf"},  // X.511
    {36, "aliasDereferencingProblem"},
    {47, "proxyAuthzFailure"},  // drafts of RFC 4370
    {48, "inappropriateAuthentication"},
    {49, "invalidCredentials"},
    {50, "insufficientAccessRights"},
    {51, "busy"},
    {52, "unavailable"},
    {53, "unwillingToPerform"},
    {54, "loopDetect"},
    {60, "sortControlMissing"},  // draft-ietf-ldapext-ldapv3-vlv, as are 61 and 76
    {61, "offsetRangeError"},
    {64, "namingViolation"},
    {65, "objectClassViolation"},
    {66, "notAllowedOnNonLeaf"},
    {67, "notAllowedOnRDN"},
    {68, "entryAlreadyExists"},
    {69, "objectClassModsProhibited"},
    {70, "resultsTooLarge"},  // RFC 1798
    {71, "affectsMultipleDSAs"},
    {76, "virtualListViewError"},
    {80, "other"},
    {118, "canceled"},  // RFC 3909, as are the next three
    {119, "noSuchOperation"},
    {120, "tooLate"},
    {121, "cannotCancel"},
    {122, "assertionFailed"},          // RFC 4528
    {123, "authorizationDenied"},      // RFC 4370
    {4096, "e-syncRefreshRequired"},   // RFC 4533
    {0x410e, "noOperation"},           // OpenLDAP, as are the next two
    {0x4111, "cannotChain"},
    {0x4112, "invalidReference"},
};

}  // namespace

size_t ValueOctets(absl::Span<const Control> controls) {
  size_t octets = 0;
  for (const Control& control : controls) octets += control.value ? control.value->size() : 0;
  return octets;
}

const Control* FindControl(absl::Span<const Control> controls, std::string_view oid) {
  const auto found =
      std::find_if(controls.begin(), controls.end(), [&](const Control& control) { return control.oid == oid; });
  return found == controls.end() ? nullptr : &*found;
}

std::string_view LdapResultName(int code) {
  const auto* found = std::lower_bound(
      std::begin(kNames), std::end(kNames), code,
      [](const NamedCode& named, int wanted) { return named.code < wanted; });
  return found != std::end(kNames) && found->code == code ? found->name : std::string_view();
}

}  // namespace dirlease
