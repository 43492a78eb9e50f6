#include "app/pem_file.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>
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
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

// A key with a passphrase must not make OpenSSL ask for it on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

Bio Open(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate ParseCertificate(const std::string& text) {
  return Certificate(PEM_read_bio_X509(Open(text).get(), nullptr, &NoPassphrase, nullptr));
}

// Empty, or why it cannot be read.
std::string Read(const std::string& path, std::string& text) {
  if (path.empty()) return "";
  auto read = ReadTextFile(path);
  if (!read) return "cannot read " + path + ": " + strerror(errno);
  text = *std::move(read);
  return "";
}

std::string CheckKeyPair(const PemFiles& files, const PemContents& contents) {
  const Certificate certificate = ParseCertificate(contents.certificate);
  if (certificate == nullptr) return files.certificate + " holds no certificate in PEM form";
  const Key key(PEM_read_bio_PrivateKey(Open(contents.key).get(), nullptr, &NoPassphrase, nullptr));
  if (key == nullptr) return files.key + " holds no private key in PEM form without a passphrase";
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return files.key + " is not the key of " + files.certificate;
  }
  // What handshakes would find wrong only later: keys and signatures too weak for this machine's OpenSSL.
  const Context context(SSL_CTX_new(TLS_method()));
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) == 1) return "";
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return files.certificate + " is refused: " + (reason == nullptr ? "by OpenSSL" : reason);
}

std::string Check(const PemFiles& files, const PemContents& contents) {
  if (!files.certificate.empty()) {
    if (std::string problem = CheckKeyPair(files, contents); !problem.empty()) return problem;
  }
  if (files.authorities.empty() || ParseCertificate(contents.authorities) != nullptr) return "";
  return files.authorities + " holds no certificate in PEM form";
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

std::string ReadPemFiles(const PemFiles& files, PemContents& contents) {
  std::string problem = Read(files.certificate, contents.certificate);
  if (problem.empty()) problem = Read(files.key, contents.key);
  if (problem.empty()) problem = Read(files.authorities, contents.authorities);
  if (problem.empty()) problem = Check(files, contents);
  ERR_clear_error();
  return problem;
}

absl::Time ExpiryOf(const std::string& certificate) {
  std::tm time{};
  const Certificate parsed = ParseCertificate(certificate);
  ASN1_TIME_to_tm(X509_get0_notAfter(parsed.get()), &time);
  return absl::FromTM(time, absl::UTCTimeZone());
}

std::string ProblemOfKeyPair(const std::string& certificate_path, const std::string& key_path) {
  PemContents contents;
  return ReadPemFiles({.certificate = certificate_path, .key = key_path, .authorities = ""}, contents);
}

std::string ProblemOfAuthorities(const std::string& path) {
  PemContents contents;
  return ReadPemFiles({.certificate = "", .key = "", .authorities = path}, contents);
}

std::string FingerprintOf(const PemFiles& files) {
  std::string fingerprint;
  for (const std::string& path : {files.certificate, files.key, files.authorities}) {
    struct stat file {};
    if (path.empty() || stat(path.c_str(), &file) != 0) {
      fingerprint += "-;";
      continue;
    }
    fingerprint += fmt::format("{}.{}.{}.{}.{};", file.st_dev, file.st_ino, file.st_size,
                               absl::ToUnixNanos(absl::TimeFromTimespec(file.st_mtim)),
                               absl::ToUnixNanos(absl::TimeFromTimespec(file.st_ctim)));
  }
  return fingerprint;
}

}  // namespace dirlease
