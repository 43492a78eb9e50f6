#include "session/open_request.h"

#include "fmt/format.h"

namespace dirlease {

namespace {
size_t SecretOctets(const BindRequest& request) {
  if (!request.sasl) return 0;
  const SaslRequest& sasl = *request.sasl;
  return (sasl.credentials ? sasl.credentials->Reveal().size() : 0) +
         (sasl.identity ? sasl.identity->password.Reveal().size() : 0);
}

template <typename Append>
void AppendSasl(const SaslRequest& sasl, const Append& append) {
  append(sasl.credentials ? sasl.credentials->Reveal() : std::string_view());
  if (sasl.identity) append(sasl.identity->password.Reveal());
  append(sasl.mechanism);
  append(sasl.credentials ? "credentials" : "none");
  append(sasl.identity ? "managed" : "relayed");
  if (!sasl.identity) return;
  append(sasl.identity->authentication_id);
  append(sasl.identity->realm);
  append(sasl.identity->authorization_id);
}
}  // namespace

Digest DigestOf(const OpenRequest& request, const std::string& key) {
  // Each part with its length before it: no two requests look alike.
  std::string all;
  const auto append = [&all](std::string_view part) {
    all += fmt::format("{}:", part.size());
    all.append(part);
  };
  // Room for everything at once: growing would leave pieces of the password behind.
  all.reserve(8192 + request.bind.name.size() + request.bind.password.Reveal().size() +
              SecretOctets(request.bind));
  append(request.bind.password.Reveal());
  if (request.bind.sasl) AppendSasl(*request.bind.sasl, append);
  append(request.profile ? "profile" : "none");
  if (request.profile) {
    append(request.profile->profile);
    append(request.profile->authorization_id);
  }
  append(request.bind.name);
  append(request.target);
  append(request.label);
  append(request.ttl ? absl::FormatDuration(*request.ttl) : "none");
  for (const Control& control : request.bind.controls) {
    append(control.oid);
    append(control.critical ? "critical" : "optional");
    append(control.value ? "=" + *control.value : "none");
  }
  const Digest digest = HmacSha256(key, all);
  Wipe(all);
  return digest;
}

}  // namespace dirlease
