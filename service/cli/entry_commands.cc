#include <ostream>

#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/control_printer.h"
#include "cli/exit_status.h"
#include "cli/ldif.h"
#include "cli/ldif_printer.h"
#include "cli/secrets.h"

namespace dirlease::cli {

int RunGet(const CommandContext& context) {
  const Invocation& invocation = context.invocation;
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::GetEntryResponse response;
  const CallStatus status = context.client.GetEntry(invocation.get, response);
  if (status.code() != 0) return ReportFailure(context, "get", status, CallKind::kGet);
  const LdifStyle style{.level = 3, .columns = invocation.ldif.columns, .color = context.color_out()};
  std::string controls;
  AppendControls(response.result().controls(), style.level, style.columns, controls);
  context.output.out << EntryText(invocation.format, style, *response.mutable_entry());
  if (invocation.format == SearchFormat::kLdif) context.output.out << controls;
  return kExitSuccess;
}

int RunPasswd(const CommandContext& context) {
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  // Asked before the call, which empties the passwords.
  const bool is_known = context.invocation.passwd.has_new_password();
  v1::ChangePasswordResponse response;
  const CallStatus status = context.client.ChangePassword(context.invocation.passwd, response);
  if (status.code() != 0) {
    PrintToolResult(context, "Result", status);
    return ToolFailed(context, ReportFailure(context, "passwd", status, CallKind::kWrite));
  }
  if (!is_known && response.generated_password().empty()) {
    context.output.err << "dirlease: the password is changed, but the new one is not known: the directory did not tell "
                          "it\n  what to do: set one with `dirlease passwd -S`\n";
    return kExitLocalFailure;
  }
  if (!response.generated_password().empty()) {
    context.output.out << (context.invocation.as_ldap_tool ? "New password: " : "") << response.generated_password()
                       << '\n';
    Wipe(*response.mutable_generated_password());
  }
  context.output.out << ControlsText(response.result());
  if (!context.invocation.as_ldap_tool) context.output.err << "dirlease: the password is changed\n";
  return kExitSuccess;
}

int RunExtended(const CommandContext& context) {
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::ExtendedResponse response;
  const CallStatus status = context.client.Extended(context.invocation.extended, response);
  if (status.code() != 0) return ReportFailure(context, "extended", status, CallKind::kExtended);
  std::string text;
  const size_t columns = context.invocation.ldif.columns;
  for (const v1::IntermediateResponse& intermediate : response.intermediates()) {
    AppendLdifValue("intermediate", intermediate.oid(), columns, text);
    AppendLdifValue("value", intermediate.value(), columns, text);
    text += '\n';
  }
  AppendLdifValue("result", response.result().name(), columns, text);
  if (!response.oid().empty()) AppendLdifValue("oid", response.oid(), columns, text);
  if (response.has_value()) AppendLdifValue("value", response.value(), columns, text);
  context.output.out << text << ControlsText(response.result());
  return kExitSuccess;
}

}  // namespace dirlease::cli
