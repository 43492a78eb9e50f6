#include "app/tls_metrics.h"

namespace dirlease {

TlsMetrics::TlsMetrics(prometheus::Registry& registry)
    : expiry_(prometheus::BuildGauge()
                  .Name("dirlease_tls_certificate_expiry_timestamp_seconds")
                  .Help("Until when the certificates in use are valid, Unix time: those of the listeners, and those "
                        "shown to directories.")
                  .Register(registry)),
      refused_(prometheus::BuildGauge()
                   .Name("dirlease_tls_files_refused")
                   .Help("1 while certificate files cannot be used and those of before stay in use, else 0.")
                   .Register(registry)),
      reloads_(prometheus::BuildCounter()
                   .Name("dirlease_tls_reloads_total")
                   .Help("Certificates that were read again, and whether they could be used.")
                   .Register(registry)) {
  // An increase can only be seen of what began at 0.
  for (const char* side : {"listener", "directory"}) {
    for (const char* outcome : {"accepted", "rejected"}) reloads_.Add({{"side", side}, {"outcome", outcome}});
  }
}

void TlsMetrics::SetExpiry(std::string_view side, const std::string& name, absl::Time expiry) {
  expiry_.Add({{"side", std::string(side)}, {"name", name}})
      .Set(static_cast<double>(absl::ToUnixSeconds(expiry)));
}

void TlsMetrics::SetRefused(std::string_view side, const std::string& name, bool refused) {
  refused_.Add({{"side", std::string(side)}, {"name", name}}).Set(refused ? 1 : 0);
}

void TlsMetrics::CountReload(std::string_view side, bool accepted) {
  reloads_.Add({{"side", std::string(side)}, {"outcome", accepted ? "accepted" : "rejected"}}).Increment();
}

}  // namespace dirlease
