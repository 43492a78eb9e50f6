#include <ostream>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/secrets.h"
#include "cli/session_text.h"

namespace dirlease::cli {

int RunLeaseOpen(const CommandContext& context) {
  v1::OpenSessionResponse response;
  std::string token;
  const CallStatus status = context.client.OpenSession(context.invocation.open, response, token);
  if (status.code() != 0) return ReportFailure(context, "lease open", status);
  context.output.out << token << std::endl;
  const bool written = context.output.out.good();
  context.client.set_lease(token);
  Wipe(token);
  Wipe(*response.mutable_token());
  if (written) {
    context.output.err << SessionText(response.session());
    return kExitSuccess;
  }
  // Nobody can ever use a lease whose token was not delivered.
  v1::UnbindResponse ignored;
  context.client.Unbind({}, ignored, GatewayClient::kCleanUpTimeout);
  context.output.err << "dirlease: the token could not be written; the lease is unbound again\n";
  return kExitLocalFailure;
}

int RunLeaseKeep(const CommandContext& context) {
  context.client.set_lease(context.invocation.lease);
  v1::KeepAliveResponse response;
  const CallStatus status = context.client.KeepAlive(response);
  if (status.code() != 0) return ReportFailure(context, "lease keep", status);
  context.output.out << KeptText(response);
  return kExitSuccess;
}

int RunLeaseShow(const CommandContext& context) {
  context.client.set_lease(context.invocation.lease);
  v1::GetSessionResponse response;
  const CallStatus status = context.client.GetSession(response);
  if (status.code() != 0) return ReportFailure(context, "lease show", status);
  context.output.out << SessionText(response.session()) << '\n' << OperationsText(response);
  return kExitSuccess;
}

int RunLeaseRebind(const CommandContext& context) {
  context.client.set_lease(context.invocation.lease);
  v1::RebindRequest& request = context.invocation.rebind;
  request.mutable_credentials()->Swap(context.invocation.open.mutable_credentials());
  v1::RebindResponse response;
  const CallStatus status = context.client.Rebind(request, response);
  if (status.code() != 0) return ReportFailure(context, "lease rebind", status);
  context.output.out << SessionText(response.session());
  return kExitSuccess;
}

int RunLeaseHold(const CommandContext& context) {
  context.client.set_lease(context.invocation.lease);
  const CallStatus status = context.client.HoldSession(
      context.invocation.hold, [&context](const v1::HoldSessionResponse& event) {
        context.output.out << HoldText(event) << std::flush;
        return context.output.out.good();
      });
  return ReportFailure(context, "lease hold", status);
}

int RunLeaseUnbind(const CommandContext& context) {
  context.client.set_lease(context.invocation.lease);
  v1::UnbindResponse response;
  const CallStatus status =
      context.client.Unbind(context.invocation.unbind, response, std::nullopt);
  if (status.code() != 0) return ReportFailure(context, "lease unbind", status);
  context.output.out << (response.was_active() ? "unbound" : "had ended before")
                     << ", abandoned operations: " << response.abandoned_operations() << '\n';
  return kExitSuccess;
}

}  // namespace dirlease::cli
