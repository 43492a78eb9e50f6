#include "cli/tools/tool_words.h"

#include <algorithm>
#include <iterator>

#include "cli/exit_status.h"
#include "cli/failure.h"

namespace dirlease::cli {
namespace {

struct Text {
  int32_t code;
  std::string_view text;
};

// Sorted by code.
constexpr Text kTexts[] = {
    {0, "Success"},
    {1, "Operations error"},
    {2, "Protocol error"},
    {3, "Time limit exceeded"},
    {4, "Size limit exceeded"},
    {5, "Compare False"},
    {6, "Compare True"},
    {7, "Authentication method not supported"},
    {8, "Strong(er) authentication required"},
    {10, "Referral"},
    {11, "Administrative limit exceeded"},
    {12, "Critical extension is unavailable"},
    {13, "Confidentiality required"},
    {14, "SASL bind in progress"},
    {16, "No such attribute"},
    {17, "Undefined attribute type"},
    {18, "Inappropriate matching"},
    {19, "Constraint violation"},
    {20, "Type or value exists"},
    {21, "Invalid syntax"},
    {32, "No such object"},
    {33, "Alias problem"},
    {34, "Invalid DN syntax"},
    {35, "Entry is a leaf"},
    {36, "Alias dereferencing problem"},
    {47, "Proxy Authorization Failure"},
    {48, "Inappropriate authentication"},
    {49, "Invalid credentials"},
    {50, "Insufficient access"},
    {51, "Server is busy"},
    {52, "Server is unavailable"},
    {53, "Server is unwilling to perform"},
    {54, "Loop detected"},
    {64, "Naming violation"},
    {65, "Object class violation"},
    {66, "Operation not allowed on non-leaf"},
    {67, "Operation not allowed on RDN"},
    {68, "Already exists"},
    {69, "Cannot modify object class"},
    {70, "Results too large"},
    {71, "Operation affects multiple DSAs"},
    {76, "Virtual List View error"},
    {80, "Other (e.g., implementation specific) error"},
    {118, "Cancelled"},
    {119, "No Operation to Cancel"},
    {120, "Too Late to Cancel"},
    {121, "Cannot Cancel"},
    {122, "Assertion Failed"},
    {123, "Proxied Authorization Denied"},
    {4096, "Content Sync Refresh Required"},
    {0x410e, "No Operation"},
};

// libldap's codes as exit statuses.
constexpr int kServerDown = 255;   // -1
constexpr int kLocalError = 254;   // -2
constexpr int kTimeout = 251;      // -5
constexpr int kAuthUnknown = 250;  // -6
constexpr int kFilterError = 249;  // -7
constexpr int kInvalidDnSyntax = 34;

// The gateway sees before the directory what is wrong in a field.
int StatusOfField(std::string_view field) {
  if (field == "filter") return kFilterError;
  if (field == "target") return kServerDown;
  const bool dn = field == "dn" || field == "base_dn" || field.find("_dn") != std::string_view::npos;
  return dn ? kInvalidDnSyntax : kLocalError;
}

}  // namespace

std::string_view ToolResultText(int32_t code) {
  const auto* found = std::lower_bound(std::begin(kTexts), std::end(kTexts), code,
                                       [](const Text& text, int32_t wanted) { return text.code < wanted; });
  return found != std::end(kTexts) && found->code == code ? found->text : "Unknown error";
}

std::string ToolResultLines(std::string_view label, const v1::LdapResult& result) {
  std::string out(label);
  out += ": ";
  out += ToolResultText(result.code());
  out += " (" + std::to_string(result.code()) + ")\n";
  if (!result.diagnostic_message().empty()) out += "Additional info: " + result.diagnostic_message() + '\n';
  if (!result.matched_dn().empty()) out += "Matched DN: " + result.matched_dn() + '\n';
  for (const std::string& referral : result.referrals()) out += "Referral: " + referral + '\n';
  return out;
}

std::string ToolChangeLine(std::string_view doing, std::string_view dn, bool dry_run) {
  std::string out = dry_run ? "!" : "";
  out += doing;
  out += " \"";
  out += dn;
  return out + "\"\n";
}

int ToolExitStatus(const Failure& failure) {
  constexpr int kDeadlineExceeded = 4, kPermissionDenied = 7, kUnavailable = 14;
  if (failure.ldap && failure.ldap->code() > 0) return ExitStatusOfLdapCode(failure.ldap->code());
  if (!failure.violations.empty()) return StatusOfField(failure.violations.front().first);
  if (failure.code == kDeadlineExceeded) return kTimeout;
  if (failure.code == kUnavailable) return kServerDown;
  return failure.code == kPermissionDenied ? kAuthUnknown : kLocalError;
}

}  // namespace dirlease::cli
