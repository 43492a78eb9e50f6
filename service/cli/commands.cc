#include "cli/commands.h"

#include <ostream>

#include "cli/command_lease.h"
#include "cli/control_printer.h"
#include "cli/exit_status.h"

namespace dirlease::cli {
int RunCommand(Invocation& invocation, const Output& output, Interrupts& interrupts) {
  GatewayClient client(invocation.connection);
  interrupts.SetListener([&client] { client.Interrupt(); });
  const int exit_status = invocation.command.run({invocation, client, output, interrupts});
  interrupts.SetListener({});
  output.out.flush();
  if (exit_status == kExitSuccess && !output.out) {
    output.err << "dirlease: the output could not be written\n";
    return kExitLocalFailure;
  }
  return exit_status;
}

int RunCompare(const CommandContext& context) {
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::CompareResponse response;
  const CallStatus status = context.client.Compare(context.invocation.compare, response);
  if (status.code() != 0) {
    PrintToolResult(context, "Compare Result", status);
    if (!context.invocation.quiet) context.output.out << "UNDEFINED\n";
    return ReportFailure(context, "compare", status);
  }
  if (!context.invocation.quiet) {
    context.output.out << (response.matched() ? "TRUE\n" : "FALSE\n") << ControlsText(response.result());
  }
  return response.matched() ? kExitCompareTrue : kExitCompareFalse;
}

int RunWhoAmI(const CommandContext& context) {
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::WhoAmIResponse response;
  const CallStatus status = context.client.WhoAmI(context.invocation.who_am_i, response);
  if (status.code() != 0) {
    PrintToolResult(context, "Result", status);
    return ToolFailed(context, ReportFailure(context, "whoami", status));
  }
  const std::string& id = response.authorization_id();
  context.output.out << (id.empty() ? "anonymous" : id) << '\n' << ControlsText(response.result());
  return kExitSuccess;
}

int RunAbandon(const CommandContext& context) {
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::AbandonResponse response;
  const CallStatus status = context.client.Abandon(context.invocation.abandon, response);
  if (status.code() != 0) return ReportFailure(context, "abandon", status);
  context.output.out << (response.found()
                             ? "abandoned\n"
                             : "not found: it has ended already, or runs on another lease\n");
  return kExitSuccess;
}

}  // namespace dirlease::cli
