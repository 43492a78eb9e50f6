// LDAP requests as the gateway runs them: checked, filter expanded, strings as octets. Values; thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "base/secret.h"
#include "model/ldap_result.h"

namespace dirlease {

// Whom the gateway authenticates in a SASL bind whose messages it makes itself (RFC 4422).
struct SaslIdentity {
  std::string authentication_id;
  Secret password;
  std::string realm;
  std::string authorization_id;
  // GSSAPI: a file with the Kerberos key of who binds; empty = the process's own credentials.
  std::string client_keytab = {};
  std::string channel_binding = {};  // octets that tie the bind to its TLS connection; empty = none
};
// RFC 4513 section 5.2.
struct SaslRequest {
  std::string mechanism;
  std::optional<Secret> credentials;     // the client's message; absent differs from empty
  std::optional<SaslIdentity> identity;  // set: the gateway makes all messages, `credentials` is not set
};
// RFC 4511 section 4.2. An empty name and password is the anonymous bind (RFC 4513 section 5.1.1).
struct BindRequest {
  std::string name;
  Secret password;
  std::vector<Control> controls;
  std::optional<SaslRequest> sasl;  // set: name and password are empty
};
// No identity at all: RFC 4513 section 5.1.1, and RFC 4505's mechanism.
bool IsAnonymous(const BindRequest& request);
// Who binds, for people, as far as the request says so.
std::string SubjectOf(const BindRequest& request);

enum class Scope { kBase = 0, kOneLevel = 1, kSubtree = 2, kSubordinates = 3 };  // numbers of RFC 4511 and libldap
enum class DerefAliases { kNever = 0, kSearching = 1, kFinding = 2, kAlways = 3 };

// RFC 4511 section 4.5.1.
struct SearchRequest {
  std::string base_dn;
  Scope scope = Scope::kSubtree;
  DerefAliases deref_aliases = DerefAliases::kNever;
  std::string filter;  // RFC 4515, complete and checked
  std::vector<std::string> attributes;
  bool types_only = false;
  int size_limit = 0;       // 0 = none
  int time_limit_seconds = 0;  // 0 = none
  // Entries a page (RFC 2696); absent = the gateway decides, 0 = never.
  std::optional<int> page_size;
};

// RFC 4511 section 4.10.
struct CompareRequest {
  std::string dn;
  std::string attribute_type;
  std::string value;
};

// An attribute description with values, as requests carry them.
struct AttributeValues {
  std::string type;
  std::vector<std::string> values;
};

// RFC 4511 section 4.7.
struct AddRequest {
  std::string dn;
  std::vector<AttributeValues> attributes;
};

// RFC 4511 section 4.6, RFC 4525; numbers of both and of libldap.
struct Modification {
  enum class Type { kAdd = 0, kDelete = 1, kReplace = 2, kIncrement = 3 };
  Type type = Type::kAdd;
  AttributeValues attribute;
};
struct ModifyRequest {
  std::string dn;
  std::vector<Modification> modifications;
};

// RFC 4511 section 4.8.
struct DeleteRequest {
  std::string dn;
};

// RFC 4511 section 4.9.
struct ModifyDnRequest {
  std::string dn;
  std::string new_rdn;
  bool delete_old_rdn = false;
  std::optional<std::string> new_superior;  // absent = the same parent; empty = the root
};

// RFC 4511 section 4.12.
struct ExtendedRequest {
  std::string oid;
  std::optional<Secret> value;  // there may be passwords in it
  std::string subject;          // for people, what it is about where the value says so: whose password
};
inline constexpr char kWhoAmIOid[] = "1.3.6.1.4.1.4203.1.11.3";          // RFC 4532, without a value
inline constexpr char kModifyPasswordOid[] = "1.3.6.1.4.1.4203.1.11.1";  // RFC 3062
inline constexpr char kStartTlsOid[] = "1.3.6.1.4.1.1466.20037";         // RFC 4511 section 4.14

struct OperationRequest {
  std::variant<SearchRequest, CompareRequest, AddRequest, ModifyRequest, DeleteRequest, ModifyDnRequest,
               ExtendedRequest>
      body;
  std::vector<Control> controls;
};

// RFC 4370: the operation is another one's.
inline constexpr char kProxiedAuthorizationOid[] = "2.16.840.1.113730.3.4.18";
inline constexpr std::string_view kManageDsaItOid = "2.16.840.1.113730.3.4.2";  // RFC 3296, without a value
// Critical, as section 3 has it. `authorization_id` as RFC 4513 section 5.2.1.8 writes it: "dn:..." or "u:...".
Control ProxiedAuthorization(const std::string& authorization_id);
// Whether the request itself says for whom it is: by that control, or by the draft that came before it.
bool CarriesProxiedAuthorization(const OperationRequest& request);

// Whether the directory may be another one after it. Extended operations other than Who Am I may do anything.
bool MayWrite(const OperationRequest& request);
// What it is about, for people: the entry's DN, or an extended operation's own word or OID.
std::string_view SubjectOf(const OperationRequest& request);
// What it will be called after a ModifyDn, without its parent where that stays. Empty for others.
std::string NewNameOf(const OperationRequest& request);
// Wipes the values that it writes. Which of them are passwords is the directory's business.
void WipeValues(AddRequest& request);
void WipeValues(ModifyRequest& request);
void WipeValues(ExtendedRequest& request);
void WipeValues(OperationRequest& request);

}  // namespace dirlease
