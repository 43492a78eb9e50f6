#include "model/session_tracking.h"

#include "base/ber_writer.h"

namespace dirlease {

namespace {
// The format "Acct-Session-Id" of the draft's section 3.1: the identifier names one session of the source.
constexpr std::string_view kAccountingSessionFormat = "1.3.6.1.4.1.21008.108.63.1.1";
constexpr size_t kMostIpOctets = 128;
constexpr size_t kMostNameOctets = 256;

std::string Text(std::string_view text) { return BerElement(kBerOctetString, text); }
}  // namespace

Control SessionTrackingControl(const SessionTracking& tracking) {
  const std::string fields = Text(tracking.source_ip.substr(0, kMostIpOctets)) +
                             Text(tracking.source_name.substr(0, kMostNameOctets)) +
                             Text(kAccountingSessionFormat) + Text(tracking.identifier);
  return {.oid = std::string(kSessionTrackingOid),
          .critical = false,
          .value = BerElement(kBerSequence, fields)};
}

}  // namespace dirlease
