#include "cli/command_lease.h"

#include <ostream>

#include "cli/secrets.h"

namespace dirlease::cli {

std::optional<int> CommandLease::Acquire() {
  if (opened_) return std::nullopt;
  if (!context_.invocation.lease.empty()) {
    context_.client.set_lease(context_.invocation.lease);
    return std::nullopt;
  }
  v1::OpenSessionRequest& request = context_.invocation.open;
  request.set_label("dirlease command");
  request.mutable_ttl()->set_seconds(ttl_.count());
  v1::OpenSessionResponse response;
  std::string token;
  const CallStatus status = context_.client.OpenSession(request, response, token);
  if (status.code() != 0) return ReportFailure(context_, "opening a lease", status);
  opened_ = true;
  context_.client.set_lease(token);
  Wipe(token);
  return std::nullopt;
}

CommandLease::~CommandLease() {
  if (!opened_) return;
  v1::UnbindResponse response;
  const CallStatus status = context_.client.Unbind({}, response, GatewayClient::kCleanUpTimeout);
  if (status.code() == 0) return;
  context_.output.err << "dirlease: warning: unbind failed (" << status.message()
                      << "); the lease ends by itself after " << ttl_.count()
                      << " s without use\n";
}

}  // namespace dirlease::cli
