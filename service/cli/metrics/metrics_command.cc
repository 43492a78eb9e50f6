#include <ostream>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/metrics/http_get.h"
#include "cli/metrics/metrics_table.h"

namespace dirlease::cli {
namespace {

constexpr std::chrono::seconds kTimeout{5};
constexpr size_t kMaxOctets = 16 << 20;
// gRPC's codes for the same: one table of exit statuses for all commands.
constexpr int kDeadlineExceeded = 4;
constexpr int kUnavailable = 14;

std::string UrlOf(const std::string& address) {
  return address.find("://") == std::string::npos ? "http://" + address + "/metrics" : address;
}

int SayFailure(const CommandContext& context, const std::string& url, const HttpAnswer& answer) {
  std::ostream& err = context.output.err;
  if (const int signal_number = context.interrupts.signal_number(); signal_number != 0) {
    err << "dirlease: metrics interrupted\n";
    return kExitSignalBase + signal_number;
  }
  err << "dirlease: metrics failed: " << url << ": " << answer.error
      << "\n  what to do: check that the gateway runs with --metrics-listen and that this is its "
         "address (DIRLEASE_METRICS)\n";
  return kExitGrpcBase + (answer.timed_out ? kDeadlineExceeded : kUnavailable);
}

}  // namespace

int RunMetrics(const CommandContext& context) {
  const MetricsOptions& options = context.invocation.metrics;
  const std::string url = UrlOf(options.address);
  const HttpAnswer answer =
      HttpGet({.url = url,
               .timeout = context.invocation.connection.timeout.value_or(kTimeout),
               .max_octets = kMaxOctets,
               .ca_pem = context.invocation.connection.ca_pem,
               .cancelled = [&] { return context.interrupts.signal_number() != 0; }});
  if (!answer.error.empty()) return SayFailure(context, url, answer);
  if (options.raw) {
    context.output.out << answer.body;
    return kExitSuccess;
  }
  const auto metrics = Exposition::Parse(answer.body);
  if (!metrics) {
    context.output.err << "dirlease: metrics failed: " << url
                       << " answers something else than metrics\n";
    return kExitLocalFailure;
  }
  context.output.out << MetricsTable(*metrics);
  return kExitSuccess;
}

}  // namespace dirlease::cli
