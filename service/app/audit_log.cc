#include "app/audit_log.h"

#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "app/outcome.h"
#include "base/log.h"
#include "session/operation.h"

namespace dirlease {

namespace {

std::string Line(std::string_view event, log::Fields fields) {
  return log::FormatLine(log::Format::kJson, absl::Now(), log::Level::kInfo, event, fields);
}

// What the directory, or libldap in its place, answered; empty when neither did.
std::optional<int> ResultCode(const CallError& error) {
  const auto* end = std::get_if<OperationEnd>(&error);
  if (end == nullptr || (end->cause != EndCause::kResult && end->result.code == ldap_code::kSuccess)) {
    return std::nullopt;
  }
  return end->result.code;
}

std::string_view ResultName(int code) {
  const std::string_view name = LdapResultName(code);
  return name.empty() ? "unknownResult" : name;
}

}  // namespace

void AuditLog::OnLeaseOpened(const Session::Facts& facts, const Caller& caller) {
  file_->Append(Line("lease opened", {{"session", facts.session_id},
                                      {"owner", caller.owner},
                                      {"peer", caller.peer},
                                      {"target", facts.target},
                                      {"bind_name", facts.bind_name},
                                      {"result", ldap_code::kSuccess},
                                      {"result_name", LdapResultName(ldap_code::kSuccess)},
                                      {"sasl_mechanism", facts.sasl_mechanism},
                                      {"profile", facts.profile},
                                      {"trace_id", caller.trace_id}}));
}

void AuditLog::OnRebound(const Session::Facts& facts, std::string_view bind_name, const Caller& caller) {
  file_->Append(Line("lease rebound", {{"session", facts.session_id},
                                       {"owner", caller.owner},
                                       {"peer", caller.peer},
                                       {"target", facts.target},
                                       {"bind_name", facts.bind_name},
                                       {"bind_name_before", bind_name},
                                       {"sasl_mechanism", facts.sasl_mechanism},
                                       {"profile", facts.profile},
                                       {"trace_id", caller.trace_id}}));
}

void AuditLog::OnRebindFailed(const Session::Facts& facts, std::string_view bind_name,
                              const Caller& caller, const CallError& error) {
  file_->Append(Line("rebind failed", {{"session", facts.session_id},
                                       {"owner", caller.owner},
                                       {"peer", caller.peer},
                                       {"target", facts.target},
                                       {"bind_name", bind_name},
                                       {"bind_name_before", facts.bind_name},
                                       {"result", ResultCode(error).value_or(0)},
                                       {"result_name", OutcomeName(error)},
                                       {"trace_id", caller.trace_id}}));
}

void AuditLog::OnOpenFailed(std::string_view target, std::string_view bind_name,
                            const Caller& caller, const CallError& error) {
  AppendBind("open failed", target, bind_name, caller, error);
}

void AuditLog::OnCredentialsChecked(std::string_view target, std::string_view bind_name,
                                    const Caller& caller, const CallError& answer) {
  AppendBind("credentials checked", target, bind_name, caller, answer);
}

void AuditLog::AppendBind(std::string_view event, std::string_view target, std::string_view bind_name,
                          const Caller& caller, const CallError& answer) {
  const log::Field owner("owner", caller.owner), peer("peer", caller.peer);
  const log::Field directory("target", target), name("bind_name", bind_name);
  const log::Field outcome("result_name", OutcomeName(answer)), trace("trace_id", caller.trace_id);
  if (const auto code = ResultCode(answer)) {
    const log::Field result("result", *code);
    file_->Append(Line(event, {owner, peer, directory, name, result, outcome, trace}));
  } else {
    file_->Append(Line(event, {owner, peer, directory, name, outcome, trace}));
  }
}

void AuditLog::OnLeaseEnded(const Session::Facts& facts, std::string_view reason) {
  file_->Append(Line("lease ended", {{"session", facts.session_id},
                                     {"owner", facts.owner},
                                     {"target", facts.target},
                                     {"bind_name", facts.bind_name},
                                     {"reason", reason}}));
}

void AuditLog::OnOperationEnded(const Session::Facts& facts, const Operation& operation,
                                const OperationEnd& end) {
  if (!MayWrite(operation.request()) || operation.message_id() == 0) return;  // 0: it was never sent
  const log::Field session("session", facts.session_id), owner("owner", facts.owner);
  const log::Field peer("peer", operation.origin().peer), directory("target", facts.target);
  const log::Field name("bind_name", facts.bind_name), method("method", operation.method());
  const log::Field subject("subject", SubjectOf(operation.request()));
  const std::string name_after = NewNameOf(operation.request());
  const log::Field renamed("new_name", name_after);
  const log::Field id("operation", operation.id()), how("end", EndCauseName(end.cause));
  const log::Field trace("trace_id", operation.origin().trace_id);
  if (end.cause == EndCause::kResult) {
    const log::Field result("result", end.result.code);
    const log::Field text("result_name", ResultName(end.result.code));
    file_->Append(Line("write ended", {session, owner, peer, directory, name, method, subject,
                                       renamed, id, how, result, text, trace}));
  } else {
    file_->Append(Line("write ended", {session, owner, peer, directory, name, method, subject,
                                       renamed, id, how, trace}));
  }
}

}  // namespace dirlease
