#include "ldap/libldap/secure_connection.h"

#include <ldap.h>

#include <string>

namespace dirlease {

namespace {

using Kind = ConnectFailure::Kind;

ConnectFailure EndOfInput(LibldapHandle& handle, const std::string& doing) {
  if (handle.buffer().timed_out()) return {Kind::kTimeout, "no answer in time to " + doing};
  return {Kind::kTls,
          "the directory closed the connection, or sent what is no LDAP, during " + doing};
}

// What the answer to StartTLS says; empty = go on with TLS.
std::optional<ConnectFailure> Judge(const ResponseView& response) {
  const LdapResult& result = *response.result;
  if (response.kind == ResponseView::Kind::kResult && result.code == ldap_code::kSuccess)
    return std::nullopt;
  std::string text = response.kind == ResponseView::Kind::kResult ? "StartTLS was refused"
                                                                  : "notice during StartTLS";
  text += ", result " + std::to_string(result.code);
  if (!result.diagnostic_message.empty()) text += ": " + result.diagnostic_message.substr(0, 500);
  return ConnectFailure{Kind::kTls, std::move(text)};
}

// By hand, not by ldap_start_tls_s: that waits without a deadline, and a notice with an empty OID
// ends the process.
std::optional<ConnectFailure> StartTls(LibldapHandle& handle) {
  const LdapHandle::Sent sent = handle.Extended({.oid = kStartTlsOid, .value = std::nullopt}, {});
  if (sent.error != 0) return ConnectFailure{Kind::kTls, ldap_err2string(sent.error)};
  for (;;) {
    if (!handle.has_buffered_input() && !handle.buffer().WaitForInput())
      return EndOfInput(handle, "StartTLS");
    std::optional<ConnectFailure> failure;
    const LdapHandle::Next next = handle.TakeNext([&failure](const ResponseView& response) {
      failure = response.result != nullptr
                    ? Judge(response)
                    : ConnectFailure{Kind::kTls, "not an answer to StartTLS"};
    });
    if (next == LdapHandle::Next::kBroken) return EndOfInput(handle, "StartTLS");
    if (next == LdapHandle::Next::kMessage) return failure;
  }
}

std::string Diagnostic(LDAP* ldap, int error) {
  char* diagnostic = nullptr;
  ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
  std::string text = diagnostic != nullptr ? diagnostic : "";
  ldap_memfree(diagnostic);
  // libldap with GnuTLS asks for the text of its own -1 when it refuses a certificate.
  if (text == "(unknown error code)") {
    return "the directory's certificate was refused: not from a trusted authority, not valid now, "
           "or not for this host name";
  }
  return text.empty() ? ldap_err2string(error) : text;
}

std::optional<ConnectFailure> Handshake(LibldapHandle& handle, const TlsContext& context) {
  if (!context.ApplyTo(handle.libldap()))
    return ConnectFailure{Kind::kTls, "TLS could not be set up"};
  const int error = ldap_install_tls(handle.libldap());
  if (error == LDAP_SUCCESS) {
    handle.SetTls();
    return std::nullopt;
  }
  if (handle.buffer().timed_out()) return EndOfInput(handle, "the TLS handshake");
  return ConnectFailure{Kind::kTls, "TLS handshake: " + Diagnostic(handle.libldap(), error)};
}

}  // namespace

std::optional<ConnectFailure> SecureConnection(LibldapHandle& handle, TargetConfig::Tls tls,
                                               const TlsContext& context,
                                               SocketBuffer::Deadline deadline) {
  handle.buffer().SetDeadline(deadline);
  std::optional<ConnectFailure> failure;
  if (tls == TargetConfig::Tls::kStartTls) failure = StartTls(handle);
  if (!failure) failure = Handshake(handle, context);
  handle.buffer().SetDeadline(std::nullopt);
  handle.buffer().Flush();  // the last word of a handshake, which nobody answers
  return failure;
}

}  // namespace dirlease
