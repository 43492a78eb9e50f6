#include <ostream>

#include "cli/command_lease.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/ldif.h"
#include "cli/ldif_printer.h"
#include "cli/secrets.h"

namespace dirlease::cli {

int RunRootDse(const CommandContext& context) {
  const Invocation& invocation = context.invocation;
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::GetRootDseResponse response;
  const CallStatus status = context.client.GetRootDse(response);
  if (status.code() != 0) return ReportFailure(context, "rootdse", status);
  const LdifStyle style{.level = 3, .columns = invocation.ldif.columns, .color = context.color_out()};
  context.output.out << EntryText(invocation.format, style, *response.mutable_entry());
  return kExitSuccess;
}

int RunSchema(const CommandContext& context) {
  CommandLease lease(context);
  if (const auto failed = lease.Acquire()) return *failed;
  v1::GetSchemaResponse response;
  const CallStatus status = context.client.GetSchema(context.invocation.schema, response);
  if (status.code() != 0) return ReportFailure(context, "schema", status);
  const auto print = [&context](const char* name, const auto& definitions) {
    std::string text;
    for (const std::string& definition : definitions) AppendLdifValue(name, definition, 0, text);
    context.output.out << text;
  };
  std::string head;
  AppendLdifValue("dn", response.subschema_subentry(), 0, head);
  context.output.out << head;
  print("ldapSyntaxes", response.ldap_syntaxes());
  print("matchingRules", response.matching_rules());
  print("attributeTypes", response.attribute_types());
  print("objectClasses", response.object_classes());
  print("other", response.other_definitions());
  return kExitSuccess;
}

int RunVerify(const CommandContext& context) {
  v1::VerifyCredentialsRequest request;
  request.set_target(context.invocation.open.target());
  request.mutable_credentials()->Swap(context.invocation.open.mutable_credentials());
  v1::VerifyCredentialsResponse response;
  const CallStatus status = context.client.VerifyCredentials(request, response);
  if (status.code() != 0) return ReportFailure(context, "verify", status);
  context.output.out << (response.valid() ? "valid\n" : "invalid\n");
  return response.valid() ? kExitSuccess : ExitStatusOfLdapCode(response.bind().result().code());
}

}  // namespace dirlease::cli
