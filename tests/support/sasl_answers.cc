#include "support/sasl_answers.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string_view>

namespace dirlease::testing {

namespace {

std::string ToHex(std::string_view octets) {
  std::string hex;
  for (const char octet : octets) hex += fmt::format("{:02x}", static_cast<unsigned char>(octet));
  return hex;
}

std::string Md5(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  return {reinterpret_cast<const char*>(digest), size};
}

// name="value" of a challenge.
std::string Quoted(const std::string& challenge, const std::string& name) {
  const size_t start = challenge.find(name + "=\"");
  if (start == std::string::npos) return "";
  const size_t value = start + name.size() + 2;
  return challenge.substr(value, challenge.find('"', value) - value);
}

}  // namespace

std::string CramMd5Digest(const std::string& password, const std::string& challenge) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_md5(), password.data(), static_cast<int>(password.size()),
       reinterpret_cast<const unsigned char*>(challenge.data()), challenge.size(), digest, &size);
  return ToHex({reinterpret_cast<const char*>(digest), size});
}

std::string DigestMd5Response(const DigestMd5Client& client, const std::string& challenge) {
  const std::string realm = Quoted(challenge, "realm");
  const std::string nonce = Quoted(challenge, "nonce");
  const std::string cnonce = "0a4f113b0a4f113b", count = "00000001", uri = "ldap/" + client.host;
  const std::string secret = Md5(client.user + ":" + realm + ":" + client.password);
  const std::string a1 = Md5(secret + ":" + nonce + ":" + cnonce);
  std::string a2 = "AUTHENTICATE:" + uri;
  if (client.qop != "auth") a2 += ":" + std::string(32, '0');
  const std::string response =
      ToHex(Md5(ToHex(a1) + ":" + nonce + ":" + count + ":" + cnonce + ":" + client.qop + ":" + ToHex(Md5(a2))));
  return fmt::format(
      "username=\"{}\",realm=\"{}\",nonce=\"{}\",cnonce=\"{}\",nc={},qop={},maxbuf=65536,digest-uri=\"{}\","
      "response={}",
      client.user, realm, nonce, cnonce, count, client.qop, uri, response);
}

}  // namespace dirlease::testing
