#include "cli/session_text.h"

#include <google/protobuf/util/time_util.h>

#include <cstdio>
#include <string_view>

#include "cli/terminal_text.h"

namespace dirlease::cli {
namespace {

using google::protobuf::util::TimeUtil;

void AppendPadded(std::string_view text, size_t width, std::string& out) {
  const size_t start = out.size();
  out += MaskControls(text);
  while (out.size() - start < width) out += ' ';
}

void AppendFact(std::string_view name, std::string_view value, std::string& out) {
  if (value.empty()) return;
  AppendPadded(name, 18, out);
  AppendPadded(value, 0, out);
  out += '\n';
}

std::string StateText(v1::Session::State state) {
  constexpr std::string_view kPrefix = "STATE_";
  const std::string name = v1::Session::State_Name(state);
  return name.rfind(kPrefix, 0) == 0 ? name.substr(kPrefix.size())
                                     : std::to_string(static_cast<int>(state));
}

std::string TimeText(bool present, const google::protobuf::Timestamp& time) {
  return present ? TimeUtil::ToString(time) : std::string();
}

// "300 s", "1.5 s".
std::string DurationText(const google::protobuf::Duration& duration) {
  char text[48];
  snprintf(text, sizeof text, "%g s",
           static_cast<double>(duration.seconds()) + duration.nanos() / 1e9);
  return text;
}

std::string LeaseRow(std::string_view session, std::string_view state, std::string_view operations,
                     std::string_view created, std::string_view target, std::string_view owner,
                     std::string_view bound_as, std::string_view label) {
  std::string out;
  AppendPadded(session, 20, out);
  AppendPadded(state, 10, out);
  AppendPadded(operations, 12, out);
  AppendPadded(created, 32, out);
  for (const std::string_view text : {target, owner, bound_as, label}) {
    AppendPadded(text, 15, out);
    if (out.back() != ' ') out += ' ';
  }
  while (out.back() == ' ') out.pop_back();
  return out + '\n';
}

}  // namespace

std::string SessionText(const v1::Session& session) {
  std::string out;
  AppendFact("session", session.session_id(), out);
  AppendFact("state", StateText(session.state()), out);
  AppendFact("target", session.target(), out);
  AppendFact("label", session.label(), out);
  AppendFact("bound as", session.bind_dn().empty() ? "anonymous" : session.bind_dn(), out);
  AppendFact("SASL mechanism", session.sasl_mechanism(), out);
  AppendFact("TLS to directory", session.upstream_tls() ? "yes" : "no", out);
  AppendFact("ttl", session.has_ttl() ? DurationText(session.ttl()) : "", out);
  AppendFact("created", TimeText(session.has_create_time(), session.create_time()), out);
  AppendFact("last used", TimeText(session.has_last_use_time(), session.last_use_time()), out);
  AppendFact("ends unless used", TimeText(session.has_expire_time(), session.expire_time()), out);
  AppendFact("ends at latest", TimeText(session.has_max_expire_time(), session.max_expire_time()),
             out);
  AppendFact("gateway", session.endpoint(), out);
  return out;
}

std::string HoldText(const v1::HoldSessionResponse& event) {
  constexpr std::string_view kPrefix = "EVENT_";
  const std::string name = v1::HoldSessionResponse::Event_Name(event.event());
  std::string out;
  AppendPadded(name.empty() ? std::to_string(event.event()) : name.substr(kPrefix.size()), 12, out);
  AppendPadded(event.session().session_id(), 20, out);
  AppendPadded(StateText(event.session().state()), 10, out);
  if (event.has_remaining()) out += DurationText(event.remaining()) + " left";
  while (out.back() == ' ') out.pop_back();
  return out + '\n';
}

std::string LeaseListHead() {
  return LeaseRow("session", "state", "operations", "created", "target", "owner", "bound as",
                  "label");
}

std::string LeaseListLine(const admin::v1::ListSessionsResponse::Item& item) {
  const v1::Session& session = item.session();
  return LeaseRow(session.session_id(), StateText(session.state()),
                  std::to_string(session.active_operations()),
                  TimeText(session.has_create_time(), session.create_time()), session.target(),
                  item.owner().empty() ? "-" : item.owner(),
                  session.bind_dn().empty() ? "anonymous" : session.bind_dn(), session.label());
}

std::string KeptText(const v1::KeepAliveResponse& response) {
  std::string out;
  AppendFact("state", StateText(response.state()), out);
  AppendFact("ttl", DurationText(response.ttl()), out);
  AppendFact("ends unless used", TimeText(response.has_expire_time(), response.expire_time()), out);
  return out;
}

std::string OperationsText(const v1::GetSessionResponse& response) {
  if (response.operations().empty()) return "no operation runs\n";
  std::string out;
  const auto append_row = [&out](std::string_view id, std::string_view method,
                                 std::string_view message_id, std::string_view entries,
                                 std::string_view started) {
    AppendPadded(id, 26, out);
    out += ' ';
    AppendPadded(method, 12, out);
    AppendPadded(message_id, 12, out);
    AppendPadded(entries, 12, out);
    AppendPadded(started, 0, out);
    out += '\n';
  };
  append_row("operation", "method", "LDAP id", "entries", "started");
  for (const v1::Operation& operation : response.operations()) {
    append_row(operation.operation_id(), operation.method(),
               std::to_string(operation.ldap_message_id()),
               std::to_string(operation.entries_sent()),
               TimeText(operation.has_start_time(), operation.start_time()));
  }
  return out;
}

}  // namespace dirlease::cli
