#include <filesystem>
#include <ostream>
#include <utility>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/raw_options.h"
#include "cli/secrets.h"

namespace dirlease::cli {
namespace {

[[noreturn]] void Refuse(const std::string& text) { throw OptionError(kExitUsage, text); }

std::string RequireFile(const std::string& option, const std::string& path) {
  std::optional<std::string> content = ReadFile(path);
  if (!content) throw OptionError(kExitLocalFailure, option + ": cannot read " + path);
  return *std::move(content);
}

// gRPC says nothing useful about a file of another kind.
std::string RequirePem(const std::string& option, const std::string& path) {
  std::string content = RequireFile(option, path);
  if (content.find("-----BEGIN ") == std::string::npos) {
    throw OptionError(kExitLocalFailure, option + ": " + path + " holds no PEM");
  }
  return content;
}

void RequireUtf8(const std::string& what, const std::string& text) {
  if (!IsUtf8(text)) Refuse(what + " is not UTF-8");
}

void ResolveConnection(const RawOptions& raw, Listener listener, ConnectionOptions& connection) {
  connection.address = raw.address;
  if (listener == Listener::kOperators) {
    if (raw.admin_address.empty()) {
      Refuse(
          "say where the gateway's operators' listener is: --admin-server HOST:PORT or "
          "DIRLEASE_ADMIN");
    }
    connection.address = raw.admin_address;
  }
  connection.tls = raw.tls || !raw.ca_file.empty() || !raw.certificate_file.empty();
  if (raw.plaintext && connection.tls) Refuse("--plaintext and TLS options exclude each other");
  if (raw.certificate_file.empty() != raw.key_file.empty())
    Refuse("--tls-cert and --tls-key go together");
  if (listener != Listener::kNeither && !connection.tls && !raw.plaintext &&
      !IsLoopbackAddress(connection.address)) {
    Refuse(connection.address +
           " is no loopback address: use --tls or --tls-ca FILE, or say --plaintext to send "
           "everything, "
           "passwords too, in the clear");
  }
  if (!raw.ca_file.empty()) connection.ca_pem = RequirePem("--tls-ca", raw.ca_file);
  if (!raw.certificate_file.empty())
    connection.certificate_pem = RequirePem("--tls-cert", raw.certificate_file);
  if (!raw.key_file.empty()) connection.key_pem = RequirePem("--tls-key", raw.key_file);
}

std::string Password(RawOptions& raw, std::ostream& err) {
  if (raw.password) return *std::move(raw.password);
  if (raw.prompt) {
    std::optional<std::string> password = PromptPassword("LDAP password: ");
    if (!password)
      throw OptionError(kExitLocalFailure,
                        "no password was typed, or there is no terminal: use -y FILE");
    return *std::move(password);
  }
  std::string password = RequireFile("-y", raw.password_file);
  if (IsReadableByOthers(raw.password_file))
    err << "dirlease: warning: others may read or write " << raw.password_file << '\n';
  if (!password.empty() && password.back() == '\n') {
    err << "dirlease: warning: the line break at the end of " << raw.password_file
        << " counts as part of the password (write it with printf or echo -n)\n";
  }
  return password;
}

// Beside -Y itself.
bool NamesSasl(const RawOptions& raw) {
  return !raw.authentication_id.empty() || !raw.authorization_id.empty() || !raw.realm.empty();
}

void ResolveProfile(const RawOptions& raw, int sources, v1::BindCredentials& credentials) {
  if (sources > 0 || raw.bind_dn || !raw.sasl_mechanism.empty()) {
    Refuse("--profile has its identity and password at the gateway: leave -D, -Y and the password out");
  }
  if (!raw.authentication_id.empty() || !raw.realm.empty()) Refuse("-U and -R go with -Y");
  RequireUtf8("--profile", raw.profile);
  RequireUtf8("-X", raw.authorization_id);
  credentials.mutable_profile()->set_profile(raw.profile);
  credentials.mutable_profile()->set_authorization_id(raw.authorization_id);
}

void ResolveSasl(RawOptions& raw, int sources, v1::BindCredentials& credentials, std::ostream& err) {
  if (raw.bind_dn) Refuse("-D names who binds in a simple bind; with -Y that is -U");
  RequireUtf8("-U", raw.authentication_id);
  RequireUtf8("-X", raw.authorization_id);
  RequireUtf8("-R", raw.realm);
  v1::ManagedSaslBind& sasl = *credentials.mutable_managed_sasl();
  for (const char c : raw.sasl_mechanism) {
    sasl.mutable_mechanism()->push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  RequireUtf8("-Y", sasl.mechanism());
  sasl.set_authentication_id(raw.authentication_id);
  sasl.set_authorization_id(raw.authorization_id);
  sasl.set_realm(raw.realm);
  if (sources == 0) return;  // EXTERNAL and GSSAPI need none; the gateway says who does
  std::string password = Password(raw, err);
  RequireUtf8("a SASL password", password);
  sasl.set_password(password);
  Wipe(password);
}

void ResolveBind(RawOptions& raw, v1::OpenSessionRequest& open, std::ostream& err) {
  const int sources =
      (raw.password ? 1 : 0) + (raw.prompt ? 1 : 0) + (raw.password_file.empty() ? 0 : 1);
  if (sources > 1) Refuse("-w, -W and -y exclude each other");
  if (!raw.profile.empty()) return ResolveProfile(raw, sources, *open.mutable_credentials());
  if (!raw.sasl_mechanism.empty()) return ResolveSasl(raw, sources, *open.mutable_credentials(), err);
  if (NamesSasl(raw)) Refuse("-U, -X and -R go with -Y MECHANISM");
  if (!raw.bind_dn || raw.bind_dn->empty()) {
    if (sources > 0) Refuse("a password needs a bind DN: add -D DN");
    return;
  }
  if (sources == 0) Refuse("-D needs a password: add -W, -y FILE or -w PASSWORD");
  RequireUtf8("the bind DN", *raw.bind_dn);
  std::string password = Password(raw, err);
  if (password.empty())
    Refuse("an empty password with a bind DN would be an unauthenticated bind (RFC 4513 5.1.2)");
  v1::SimpleBind& simple = *open.mutable_credentials()->mutable_simple();
  simple.set_dn(*raw.bind_dn);
  if (IsUtf8(password)) {
    simple.set_password(password);
  } else {
    simple.set_password_octets(password);
  }
  Wipe(password);
}

// Who names a lease has its identity already; who needs one and names none cannot go on.
void ResolveLease(RawOptions& raw, Invocation& invocation, std::ostream& err) {
  const LeaseUse use = invocation.command.lease;
  if (use == LeaseUse::kNone) return;
  if (use != LeaseUse::kNew) invocation.lease = raw.lease;
  if (!invocation.lease.empty()) {
    if (!IsTokenText(invocation.lease))
      Refuse("the lease token holds blanks or other characters no token has");
    const bool binds = raw.bind_dn || raw.password || raw.prompt || !raw.password_file.empty() ||
                       !raw.sasl_mechanism.empty() || NamesSasl(raw) || !raw.profile.empty();
    if ((binds && use != LeaseUse::kNamedAndBind) || !invocation.open.target().empty()) {
      Refuse(
          "the lease (--lease, DIRLEASE_LEASE) has its identity and target already: leave -D, -Y, "
          "--profile, the password and --target out, or unset DIRLEASE_LEASE");
    }
  } else if (use == LeaseUse::kNamed || use == LeaseUse::kNamedAndBind) {
    Refuse("this command works on a lease: name it with --lease TOKEN or DIRLEASE_LEASE");
  }
  if (invocation.lease.empty() || use == LeaseUse::kNamedAndBind) {
    ResolveBind(raw, invocation.open, err);
  }
  if (invocation.command.run == RunVerify && !invocation.open.has_credentials()) {
    Refuse("whose password? Add -D DN, and -W, -y FILE or -w PASSWORD");
  }
}

void ResolveSearch(const RawOptions& raw, v1::SearchRequest& search) {
  auto word = raw.words.begin();
  if (word != raw.words.end() &&
      (word->find('=') != std::string::npos || word->rfind('(', 0) == 0)) {
    search.set_filter(*word++);
  }
  for (; word != raw.words.end(); ++word) search.add_attributes(*word);
  RequireUtf8("the base DN", search.base_dn());
  RequireUtf8("the filter", search.filter());
  for (const std::string& value : search.filter_args()) {
    RequireUtf8("a --filter-arg", value);
  }
  for (const std::string& attribute : search.attributes()) RequireUtf8("an attribute", attribute);
  RequireUtf8("--operation-id", search.operation_id());
}

void ResolveCompare(const RawOptions& raw, v1::CompareRequest& compare) {
  std::optional<Assertion> assertion = ParseAssertion(*raw.assertion);
  if (!assertion) Refuse("write the assertion as ATTR:VALUE or ATTR::BASE64");
  RequireUtf8("the DN", raw.compare_dn);
  compare.set_dn(raw.compare_dn);
  RequireUtf8("the attribute", assertion->attribute);
  compare.set_attribute_type(std::move(assertion->attribute));
  compare.set_value(std::move(assertion->octets));
}

// Empty: from nowhere.
std::optional<std::string> OtherPassword(RawOptions::NewOrOld& source, const std::string& which) {
  const int sources = (source.text ? 1 : 0) + (source.prompt ? 1 : 0) + (source.file.empty() ? 0 : 1);
  if (sources > 1) Refuse("give the " + which + " password once");
  if (source.text) return std::move(source.text);
  if (!source.file.empty()) return RequireFile("the " + which + " password", source.file);
  if (!source.prompt) return std::nullopt;
  std::optional<std::string> password = PromptPassword("The " + which + " password: ");
  if (password && which == "new") {
    std::optional<std::string> again = PromptPassword("The new password once more: ");
    const bool same = again == password;
    if (again) Wipe(*again);
    if (!same) throw OptionError(kExitLocalFailure, "the two new passwords differ");
  }
  if (!password) {
    throw OptionError(kExitLocalFailure, "no " + which + " password was typed, or there is no terminal");
  }
  return password;
}

void ResolvePasswd(RawOptions& raw, v1::ChangePasswordRequest& passwd) {
  RequireUtf8("the user", passwd.user_identity());
  for (const bool is_new : {false, true}) {
    const std::string which = is_new ? "new" : "old";
    std::optional<std::string> password = OtherPassword(is_new ? raw.new_password : raw.old_password, which);
    if (!password) continue;
    RequireUtf8("the " + which + " password", *password);
    (is_new ? passwd.mutable_new_password() : passwd.mutable_old_password())->assign(*password);
    Wipe(*password);
  }
}

void ResolveChanges(const Invocation& invocation) {
  for (const std::string& dn : invocation.changes.dns) RequireUtf8("a DN", dn);
  for (const std::string& dn : {invocation.rename.dn(), invocation.rename.new_rdn(),
                                invocation.rename.new_superior(), invocation.get.dn()}) {
    RequireUtf8("a DN", dn);
  }
  RequireUtf8("the filter", invocation.get.filter());
  for (const std::string& name : invocation.get.attributes()) RequireUtf8("an attribute", name);
}

void ResolveExtended(const RawOptions& raw, v1::ExtendedRequest& extended) {
  RequireUtf8("the OID", extended.oid());
  if (!raw.value_file.empty()) extended.set_value(RequireFile("--value-file", raw.value_file));
  if (!raw.value_base64) return;
  std::optional<std::string> octets = DecodeBase64(*raw.value_base64);
  if (!octets) Refuse("--value-base64 is no base64");
  extended.set_value(*std::move(octets));
}

// Those of a file's records are added to these record by record.
void ResolveControls(Invocation& invocation) {
  for (auto* controls :
       {invocation.search.mutable_controls(), invocation.compare.mutable_controls(), invocation.get.mutable_controls(),
        invocation.who_am_i.mutable_controls(), invocation.rename.mutable_controls(),
        invocation.passwd.mutable_controls(), invocation.extended.mutable_controls()}) {
    *controls = invocation.controls;
  }
}

// The words of a bench's compare are those that `compare` has; a named lease is one lease, and
// nothing to open.
void ResolveBench(RawOptions& raw, const Invocation& invocation) {
  if (invocation.command.run != &RunBench) return;
  const BenchOptions& bench = invocation.bench;
  if (!raw.lease.empty() && (bench.leases > 1 || bench.kind == BenchKind::kOpen))
    Refuse("--leases and --kind=open open leases: leave --lease and DIRLEASE_LEASE out");
  if (bench.kind != BenchKind::kCompare) return;
  if (raw.words.size() != 2) Refuse("--kind=compare needs two words: DN ATTR:VALUE");
  raw.compare_dn = raw.words[0];
  raw.assertion = raw.words[1];
  raw.words.clear();
}

// The scripts may run in any folder.
void ResolveLdapTools(const RawOptions& raw, LdapToolsOptions& tools) {
  std::vector<std::string>& options = tools.gateway_options;
  options.push_back("--address=" + raw.address);
  if (raw.tls) options.push_back("--tls");
  if (raw.plaintext) options.push_back("--plaintext");
  for (const auto& [option, file] : {std::pair("--tls-ca=", raw.ca_file), std::pair("--tls-cert=", raw.certificate_file),
                                     std::pair("--tls-key=", raw.key_file)}) {
    if (!file.empty()) options.push_back(option + std::filesystem::absolute(file).string());
  }
}

}  // namespace

Invocation ResolveOptions(RawOptions raw, std::ostream& err) {
  Invocation invocation = std::move(raw.invocation);
  ResolveConnection(raw, invocation.command.listener, invocation.connection);
  if (invocation.command.run == &RunMetrics && invocation.metrics.address.empty())
    Refuse("say where the gateway's metrics are: dirlease metrics HOST:PORT, or DIRLEASE_METRICS");
  ResolveBench(raw, invocation);
  ResolveLdapTools(raw, invocation.ldap_tools);
  ResolveLeaseBatch(invocation);
  ResolveSearch(raw, invocation.search);
  if (raw.assertion) ResolveCompare(raw, invocation.compare);
  ResolveChanges(invocation);
  ResolveExtended(raw, invocation.extended);
  ResolveControls(invocation);
  RequireUtf8("the operation id", invocation.abandon.operation_id());
  RequireUtf8("--target", invocation.open.target());
  RequireUtf8("--label", invocation.open.label());
  RequireUtf8("--request-id", invocation.open.request_id());
  RequireUtf8("--owner", invocation.list.owner());
  RequireUtf8("the session id", invocation.revoke.session_id());
  RequireUtf8("the level", invocation.log_level.level());
  RequireUtf8("the service", invocation.health.request.service());
  // Last, since it may ask a person.
  ResolveLease(raw, invocation, err);
  ResolvePasswd(raw, invocation.passwd);
  return invocation;
}

}  // namespace dirlease::cli
