#include "cli/command_context.h"

#include <ostream>

#include "cli/exit_status.h"
#include "cli/failure.h"

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
  return ExitStatusOf(failure);
}

}  // namespace dirlease::cli
