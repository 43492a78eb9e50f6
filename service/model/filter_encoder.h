// Filters as BER (RFC 4511 section 4.5.1.7), for controls that carry one; a search's own filter is libldap's to encode.
// Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "model/failure.h"

namespace dirlease {

inline constexpr std::string_view kAssertionOid = "1.3.6.1.1.12";                     // RFC 4528: a Filter
inline constexpr std::string_view kMatchedValuesOid = "1.2.826.0.1.3344810.2.3";      // RFC 3876: a ValuesReturnFilter

// REQUIRES: `filter` is what PrepareFilter made.
std::string EncodeFilter(std::string_view filter);

// RFC 3876 section 2 of "((f1)(f2))"; one filter may stand alone. Items only: no '&', '|', '!' and no ":dn". A failure
// names the field "filter" and the position.
Outcome<std::string> EncodeMatchedValues(std::string_view filters);

}  // namespace dirlease
