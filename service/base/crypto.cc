#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdlib>

#include "base/log.h"

namespace dirlease {

namespace {

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Neither can fail but for want of memory, and a digest that is silently wrong would let strangers in.
void DieUnless(bool done, const char* what) {
  if (done) return;
  log::Error("cryptography failed", {{"function", what}});
  abort();
}

}  // namespace

std::string RandomOctets(size_t count) {
  std::string octets(count, '\0');
  auto* out = reinterpret_cast<unsigned char*>(octets.data());
  DieUnless(RAND_bytes(out, static_cast<int>(count)) == 1, "RAND_bytes");
  return octets;
}

std::string Base64Url(std::string_view octets) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  text.reserve((octets.size() * 4 + 2) / 3);
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char octet : octets) {
    bits = (bits << 8) | static_cast<unsigned char>(octet);
    for (bit_count += 8; bit_count >= 6; bit_count -= 6) {
      text += kAlphabet[(bits >> (bit_count - 6)) & 63];
    }
  }
  if (bit_count > 0) text += kAlphabet[(bits << (6 - bit_count)) & 63];
  return text;
}

std::string Hex(std::string_view octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char octet : octets) {
    text += kDigits[static_cast<unsigned char>(octet) >> 4];
    text += kDigits[static_cast<unsigned char>(octet) & 15];
  }
  return text;
}

Digest Sha256(std::string_view octets) {
  Digest digest;
  const int done =
      EVP_Digest(octets.data(), octets.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  DieUnless(done == 1, "SHA-256");
  return digest;
}

Digest HmacSha256(std::string_view key, std::string_view octets) {
  Digest digest;
  const unsigned char* done = HMAC(EVP_sha256(), key.empty() ? "" : key.data(),
                                   static_cast<int>(key.size()), Octets(octets), octets.size(),
                                   digest.data(), nullptr);
  DieUnless(done != nullptr, "HMAC");
  return digest;
}

bool EqualInConstantTime(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace dirlease
