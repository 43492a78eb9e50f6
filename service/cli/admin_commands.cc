#include <ostream>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/session_text.h"

namespace dirlease::cli {

int RunAdminList(const CommandContext& context) {
  admin::v1::ListSessionsRequest request = context.invocation.list;
  context.output.out << LeaseListHead();
  while (true) {
    admin::v1::ListSessionsResponse page;
    const CallStatus status = context.client.ListSessions(request, page);
    if (status.code() != 0) return ReportFailure(context, "admin list", status);
    for (const auto& item : page.items()) context.output.out << LeaseListLine(item);
    if (page.next_page_token().empty() || !context.output.out) return kExitSuccess;
    request.set_page_token(page.next_page_token());
  }
}

int RunAdminRevoke(const CommandContext& context) {
  admin::v1::RevokeSessionResponse response;
  const CallStatus status = context.client.RevokeSession(context.invocation.revoke, response);
  if (status.code() != 0) return ReportFailure(context, "admin revoke", status);
  context.output.out << (response.was_active() ? "revoked\n"
                                               : "not found: it had ended, or there never was one\n");
  return kExitSuccess;
}

int RunAdminDrain(const CommandContext& context) {
  admin::v1::DrainResponse response;
  const CallStatus status = context.client.Drain(context.invocation.drain, response);
  if (status.code() != 0) return ReportFailure(context, "admin drain", status);
  context.output.out << "draining, leases left: " << response.active_sessions()
                     << ", operations: " << response.active_operations() << '\n';
  return kExitSuccess;
}

int RunAdminLogLevel(const CommandContext& context) {
  const admin::v1::SetLogLevelRequest& request = context.invocation.log_level;
  admin::v1::SetLogLevelResponse response;
  const CallStatus status = context.client.SetLogLevel(request, response);
  if (status.code() != 0) return ReportFailure(context, "admin log-level", status);
  if (request.level().empty()) {
    context.output.out << response.former_level() << '\n';
  } else {
    context.output.out << request.level() << ", was " << response.former_level() << '\n';
  }
  return kExitSuccess;
}

}  // namespace dirlease::cli
