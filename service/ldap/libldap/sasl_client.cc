#include "ldap/libldap/sasl_client.h"

#include <openssl/crypto.h>
#include <sasl/sasl.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "ldap/libldap/channel_binding.h"

namespace dirlease {

namespace {

// The library's own log goes nowhere: what matters comes back as an error.
int Ignore(void*, int, const char*) { return SASL_OK; }

// The library calls each with the arguments that belong to its id. By way of the one type that any function may be cast to.
template <typename Function>
sasl_callback_t ToCallback(unsigned long id, Function* function, void* context) {
  return {id, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(function)), context};
}

}  // namespace

struct SaslClient::Answers {
  struct FreeSecret {
    void operator()(sasl_secret_t* secret) const {
      OPENSSL_cleanse(secret->data, secret->len);
      std::free(secret);
    }
  };
  using UniqueSecret = std::unique_ptr<sasl_secret_t, FreeSecret>;

  static UniqueSecret ToLibrary(const Secret& password) {
    const std::string_view octets = password.Reveal();
    auto* secret = static_cast<sasl_secret_t*>(std::malloc(sizeof(sasl_secret_t) + octets.size()));
    if (secret == nullptr) std::abort();
    secret->len = octets.size();
    std::memcpy(secret->data, octets.data(), octets.size());
    secret->data[octets.size()] = 0;
    return UniqueSecret(secret);
  }

  std::string authentication_id;
  std::string authorization_id;
  std::string realm;
  UniqueSecret password;
  sasl_callback_t callbacks[6];

  explicit Answers(const SaslIdentity& identity)
      : authentication_id(identity.authentication_id),
        authorization_id(identity.authorization_id),
        realm(identity.realm),
        password(ToLibrary(identity.password)) {
    callbacks[0] = ToCallback(SASL_CB_AUTHNAME, &Name, this);
    callbacks[1] = ToCallback(SASL_CB_USER, &Name, this);
    callbacks[2] = ToCallback(SASL_CB_PASS, &Password, this);
    callbacks[3] = ToCallback(SASL_CB_GETREALM, &Realm, this);
    callbacks[4] = ToCallback(SASL_CB_LOG, &Ignore, nullptr);
    callbacks[5] = sasl_callback_t{SASL_CB_LIST_END, nullptr, nullptr};
  }

  static int Name(void* context, int id, const char** result, unsigned* octets) {
    const auto& answers = *static_cast<const Answers*>(context);
    const std::string& name =
        id == SASL_CB_USER ? answers.authorization_id : answers.authentication_id;
    *result = name.c_str();
    if (octets != nullptr) *octets = static_cast<unsigned>(name.size());
    return SASL_OK;
  }
  static int Password(sasl_conn_t*, void* context, int, sasl_secret_t** result) {
    *result = static_cast<const Answers*>(context)->password.get();
    return SASL_OK;
  }
  static int Realm(void* context, int, const char**, const char** result) {
    *result = static_cast<const Answers*>(context)->realm.c_str();
    return SASL_OK;
  }
};

SaslClient::SaslClient(std::string host, SaslRequest request)
    : host_(std::move(host)),
      mechanism_(std::move(request.mechanism)),
      answers_(std::make_unique<Answers>(*request.identity)),
      client_keytab_(mechanism_ == "GSSAPI" ? request.identity->client_keytab : ""),
      channel_octets_(std::move(request.identity->channel_binding)),
      channel_(std::make_unique<sasl_channel_binding>()) {}

SaslClient::~SaslClient() {
  if (connection_ != nullptr) sasl_dispose(&connection_);
}

SaslStep SaslClient::Next(const std::optional<Secret>& challenge) {
  if (mechanism_ == "EXTERNAL") return External();
  if (connection_ == nullptr) return Start();
  const std::string_view octets = challenge ? challenge->Reveal() : std::string_view("");
  const char* credentials = nullptr;
  unsigned length = 0;
  const int error = sasl_client_step(connection_, octets.data(), static_cast<unsigned>(octets.size()),
                                     nullptr, &credentials, &length);
  return ToStep(error, credentials, length);
}

// RFC 4422 appendix A: nothing to compute. Empty without an authorization identity, not absent: OpenLDAP would ask for it.
SaslStep SaslClient::External() const {
  SaslStep step{.complete = true};
  step.credentials.emplace(answers_->authorization_id);
  return step;
}

SaslStep SaslClient::Start() {
  int error = sasl_client_new("ldap", host_.c_str(), nullptr, nullptr, answers_->callbacks, 0, &connection_);
  if (error != SASL_OK) return Failed(error);
  sasl_security_properties_t properties{};  // no security layer: TLS is the connection's business
  properties.security_flags = SASL_SEC_NOANONYMOUS;
  error = sasl_setprop(connection_, SASL_SEC_PROPS, &properties);
  if (error != SASL_OK) return Failed(error);
  if (auto failed = UseKeytab()) return std::move(*failed);
  if (auto failed = BindToChannel()) return std::move(*failed);
  const char* credentials = nullptr;
  const char* chosen = nullptr;
  unsigned length = 0;
  error = sasl_client_start(connection_, mechanism_.c_str(), nullptr, &credentials, &length, &chosen);
  return ToStep(error, credentials, length);
}

// Empty: it is used, or there is none.
std::optional<SaslStep> SaslClient::UseKeytab() {
  if (client_keytab_.empty()) return std::nullopt;
  const std::string problem = credentials_.Acquire(client_keytab_);
  if (problem.empty()) {
    const int error = sasl_setprop(connection_, SASL_GSS_CREDS, credentials_.get());
    return error == SASL_OK ? std::nullopt : std::make_optional(Failed(error));
  }
  SaslStep step;
  step.error = sasl_errstring(SASL_FAIL, nullptr, nullptr);
  step.detail = mechanism_ + ": " + problem;
  return step;
}

// Empty: it is, or nothing asks for it. SCRAM uses it where "-PLUS" names it; Debian's GSSAPI, which takes it from a later
// Cyrus SASL, always does, and others ignore it.
std::optional<SaslStep> SaslClient::BindToChannel() {
  if (channel_octets_.empty()) {
    if (!mechanism_.ends_with("-PLUS")) return std::nullopt;
    SaslStep step;
    step.error = "-PLUS binds to a TLS connection: there is none, it has none of this kind, or sasl_channel_binding is none";
    step.detail = mechanism_ + ": " + step.error;
    return step;
  }
  *channel_ = {.name = kChannelBindingName,
               .critical = 0,
               .len = channel_octets_.size(),
               .data = reinterpret_cast<const unsigned char*>(channel_octets_.data())};
  const int error = sasl_setprop(connection_, SASL_CHANNEL_BINDING, channel_.get());
  return error == SASL_OK ? std::nullopt : std::make_optional(Failed(error));
}

SaslStep SaslClient::ToStep(int error, const char* credentials, unsigned octets) const {
  if (error != SASL_OK && error != SASL_CONTINUE) return Failed(error);
  SaslStep step{.complete = error == SASL_OK};
  if (credentials != nullptr) step.credentials.emplace(std::string_view(credentials, octets));
  return step;
}

SaslStep SaslClient::Failed(int error) const {
  SaslStep step;
  step.error = sasl_errstring(error, nullptr, nullptr);
  // A mechanism that is not installed says so in few words.
  step.detail = mechanism_ + ": " + (connection_ != nullptr ? sasl_errdetail(connection_) : step.error);
  return step;
}

}  // namespace dirlease
