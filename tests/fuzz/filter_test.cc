// A filter from a caller, its arguments behind NUL octets: what passes our check, libldap reads, and we encode it as
// libldap does.
#include <ldap.h>

#include <string>
#include <vector>

#include "fuzz/fuzz_target.h"
#include "model/filter.h"
#include "model/filter_encoder.h"

// libldap exports it and declares it in no installed header.
extern "C" int ldap_pvt_put_filter(BerElement* ber, const char* filter);

namespace dirlease::testing {
namespace {

std::string EncodedByLibldap(const std::string& filter, int (*put)(BerElement*, const char*)) {
  BerElement* ber = ber_alloc_t(LBER_USE_DER);
  berval* flat = nullptr;
  std::string octets = "refused";
  if (put(ber, filter.c_str()) == 0 && ber_flatten(ber, &flat) == 0) octets.assign(flat->bv_val, flat->bv_len);
  if (flat != nullptr) ber_bvfree(flat);
  ber_free(ber, 1);
  return octets;
}

std::vector<std::string> SplitAtNul(std::string_view input) {
  std::vector<std::string> parts(1);
  for (const char c : input) {
    if (c == '\0') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

DIRLEASE_FUZZ_TARGET(filter) {
  std::vector<std::string> args = SplitAtNul(input);
  const std::string text = args.front();
  args.erase(args.begin());
  const auto prepared = PrepareFilter(text, args);
  if (prepared.ok()) {
    DIRLEASE_REQUIRE(EncodedByLibldap(prepared.value(), &ldap_pvt_put_filter) == EncodeFilter(prepared.value()));
    DIRLEASE_REQUIRE(PrepareFilter(prepared.value(), {}).value() == prepared.value());
  }
  EncodeMatchedValues(text);
}

}  // namespace dirlease::testing
