#include "model/session_tracking.h"

#include "base/ber_writer.h"

namespace dirlease {

namespace {
std::string Text(std::string_view text) { return BerElement(kBerOctetString, text); }
}  // namespace

Control SessionTrackingControl(const SessionTracking& tracking) {
  const std::string fields = Text(tracking.source_ip.substr(0, SessionTracking::kMostIpOctets)) +
                             Text(tracking.source_name.substr(0, SessionTracking::kMostNameOctets)) +
                             Text(tracking.format_oid) + Text(tracking.identifier);
  return {.oid = std::string(kSessionTrackingOid),
          .critical = false,
          .value = BerElement(kBerSequence, fields)};
}

}  // namespace dirlease
