// The commands of `dirlease`: see CommandFunction.
#pragma once

#include "cli/command_context.h"

namespace dirlease::cli {

// Connects and runs the invocation's command; wipes its password as soon as it was sent. An
// interrupt cancels the running call, the command still unbinds its lease; a second interrupt
// cancels that too.
int RunCommand(Invocation& invocation, const Output& output, Interrupts& interrupts);

int RunSearch(const CommandContext& context);
// LDIF with comments, until the directory's result; with --persist until an interrupt.
int RunSync(const CommandContext& context);
int RunCompare(const CommandContext& context);
int RunWhoAmI(const CommandContext& context);
int RunGet(const CommandContext& context);
int RunRootDse(const CommandContext& context);
// LDIF lines, never folded.
int RunSchema(const CommandContext& context);
// "valid" or "invalid" on `out`.
int RunVerify(const CommandContext& context);
// LDIF change records, one after the other; one line on `out` for each that was done.
int RunModify(const CommandContext& context);
int RunAdd(const CommandContext& context);
int RunDelete(const CommandContext& context);
int RunRename(const CommandContext& context);
// The password that the directory made up, if it did, on `out`.
int RunPasswd(const CommandContext& context);
// The answer as LDIF lines.
int RunExtended(const CommandContext& context);
int RunAbandon(const CommandContext& context);
// The token alone on `out`, the session's facts on `err`.
int RunLeaseOpen(const CommandContext& context);
// As many as were asked for, or none: what a failure or an interrupt finds open is unbound again. Their tokens go into
// lease_batch.file, and only when all are open.
int RunLeaseOpenBatch(const CommandContext& context);
int RunLeaseKeep(const CommandContext& context);
int RunLeaseShow(const CommandContext& context);
int RunLeaseUnbind(const CommandContext& context);
// Every lease of lease_batch.file, whatever becomes of one of them.
int RunLeaseUnbindBatch(const CommandContext& context);
// One line on `out` for each event, until the lease ends or an interrupt.
int RunLeaseRebind(const CommandContext& context);
int RunLeaseHold(const CommandContext& context);
int RunAdminList(const CommandContext& context);
int RunAdminRevoke(const CommandContext& context);
int RunAdminDrain(const CommandContext& context);
int RunAdminLogLevel(const CommandContext& context);
int RunHealth(const CommandContext& context);
int RunMetrics(const CommandContext& context);
int RunLdapTools(const CommandContext& context);
// Reports what was measured even when interrupted.
int RunBench(const CommandContext& context);

}  // namespace dirlease::cli
