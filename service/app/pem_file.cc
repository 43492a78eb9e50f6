#include "app/pem_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace dirlease {

namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

// A key with a passphrase must not make OpenSSL ask for it on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

Bio Open(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate ParseCertificate(const std::string& text) {
  return Certificate(PEM_read_bio_X509(Open(text).get(), nullptr, &NoPassphrase, nullptr));
}

std::string CannotRead(const std::string& path) {
  return "cannot read " + path + ": " + strerror(errno);
}

std::string Problem(const std::string& certificate_path, const std::string& key_path) {
  const auto certificate_text = ReadTextFile(certificate_path);
  if (!certificate_text) return CannotRead(certificate_path);
  const auto key_text = ReadTextFile(key_path);
  if (!key_text) return CannotRead(key_path);
  const Certificate certificate = ParseCertificate(*certificate_text);
  if (certificate == nullptr) return certificate_path + " holds no certificate in PEM form";
  const Key key(PEM_read_bio_PrivateKey(Open(*key_text).get(), nullptr, &NoPassphrase, nullptr));
  if (key == nullptr) return key_path + " holds no private key in PEM form without a passphrase";
  if (X509_check_private_key(certificate.get(), key.get()) == 1) return "";
  return key_path + " is not the key of " + certificate_path;
}

}  // namespace

std::optional<std::string> ReadTextFile(const std::string& path) {
  // A folder opens, and reading it would throw.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    errno = EISDIR;
    return std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

std::string ProblemOfKeyPair(const std::string& certificate_path, const std::string& key_path) {
  const std::string problem = Problem(certificate_path, key_path);
  ERR_clear_error();
  return problem;
}

std::string ProblemOfAuthorities(const std::string& path) {
  const auto text = ReadTextFile(path);
  if (!text) return CannotRead(path);
  const bool found = ParseCertificate(*text) != nullptr;
  ERR_clear_error();
  return found ? "" : path + " holds no certificate in PEM form";
}

}  // namespace dirlease
