#include "cli/command_context.h"

#include <ostream>

#include "cli/exit_status.h"
#include "cli/failure.h"
#include "cli/tools/tool_words.h"

namespace dirlease::cli {

int ReportFailure(const CommandContext& context, std::string_view action,
                  const CallStatus& status, CallKind kind) {
  const Failure failure = ParseFailure(status);
  const int signal_number = context.interrupts.signal_number();
  constexpr int kCancelled = 1;
  if (signal_number != 0 && failure.code == kCancelled) {
    context.output.err << "dirlease: " << action << " interrupted\n";
    if (IsWrite(kind)) context.output.err << "  what to do: " << OutcomeUnknownAdvice() << '\n';
    return kExitSignalBase + signal_number;
  }
  context.output.err << RenderFailure(action, failure, context.color_err(), kind);
  return context.invocation.as_ldap_tool ? ToolExitStatus(failure) : ExitStatusOf(failure);
}

int ToolFailed(const CommandContext& context, int exit_status) {
  return context.invocation.as_ldap_tool ? kExitLocalFailure : exit_status;
}

void PrintToolResult(const CommandContext& context, std::string_view label, const CallStatus& status) {
  if (!context.invocation.as_ldap_tool) return;
  const Failure failure = ParseFailure(status);
  if (failure.ldap && failure.ldap->code() > 0) context.output.out << ToolResultLines(label, *failure.ldap);
}

}  // namespace dirlease::cli
