// Checks and readings of single command-line arguments. Pure, thread-safe. The Parse functions
// return nothing for what they cannot read.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace dirlease::cli {

// "300ms", "2s", "5m", "1h"; a unit is needed, fractions are not taken, at most 10 years.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// Whole number of 0..2^31-1, or ldapsearch's "none" (0) and "max".
std::optional<int32_t> ParseLimit(std::string_view text);

// Argument of -E: "pr=SIZE" or "pr=SIZE/noprompt", a leading "!" is accepted; gives SIZE, 0 = never
// page.
std::optional<int32_t> ParsePageSize(std::string_view text);

// Argument of -E: "sync=ro[/COOKIE]" or, to go on with changes, "sync=rp[/COOKIE]"; a leading "!" is accepted.
struct SyncExtension {
  bool persist = false;
  std::string cookie;
};
std::optional<SyncExtension> ParseSyncExtension(std::string_view text);

// Argument of -o: "ldif-wrap=N" or "ldif-wrap=no"; gives the columns, 0 = no folding.
std::optional<size_t> ParseLdifWrap(std::string_view text);

struct Assertion {
  std::string attribute;
  std::string octets;
};
// "ATTR:VALUE", or "ATTR::BASE64" as ldapcompare has it.
std::optional<Assertion> ParseAssertion(std::string_view text);

std::optional<std::string> DecodeBase64(std::string_view text);

// True for HOST:PORT with a loopback host and for unix: addresses: there plaintext reaches nobody
// else.
bool IsLoopbackAddress(std::string_view address);

// A protobuf string must be UTF-8.
bool IsUtf8(std::string_view octets);

// A lease token has to fit into request metadata: printable ASCII without blanks.
bool IsTokenText(std::string_view text);

}  // namespace dirlease::cli
