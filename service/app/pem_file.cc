#include "app/pem_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include "base/unique_fd.h"

namespace dirlease {

namespace {

// The system's bundle of authorities has a quarter of it.
constexpr off_t kMostFileOctets = 1024 * 1024;

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

Certificate ReadCertificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, &NoPassphrase, nullptr));
}

Certificate FirstCertificate(const std::string& text) { return ReadCertificate(Open(text).get()); }

// Empty, or what is wrong with a file that should hold certificates only: those behind a damaged one would be missed.
std::string CheckCertificates(const std::string& path, const std::string& text) {
  const Bio bio = Open(text);
  ERR_clear_error();
  int count = 0;
  while (ReadCertificate(bio.get()) != nullptr) ++count;
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return fmt::format("{} is damaged behind its first {} certificates", path, count);
  }
  return count > 0 ? "" : path + " holds no certificate in PEM form";
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
  if (std::string problem = CheckCertificates(files.certificate, contents.certificate); !problem.empty()) return problem;
  const Certificate certificate = FirstCertificate(contents.certificate);
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
  return files.authorities.empty() ? "" : CheckCertificates(files.authorities, contents.authorities);
}

}  // namespace

std::optional<std::string> ReadTextFile(const std::string& path) {
  // A pipe would make us wait for who writes it.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat file {};
  if (!fd.valid() || fstat(fd.get(), &file) != 0) return std::nullopt;
  if (!S_ISREG(file.st_mode) || file.st_size > kMostFileOctets) {
    errno = S_ISDIR(file.st_mode) ? EISDIR : S_ISREG(file.st_mode) ? EFBIG : EINVAL;
    return std::nullopt;
  }
  std::string text(static_cast<size_t>(file.st_size), '\0');
  size_t count = 0;
  while (count < text.size()) {
    const ssize_t more = read(fd.get(), text.data() + count, text.size() - count);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return std::nullopt;
    if (more == 0) break;
    count += static_cast<size_t>(more);
  }
  text.resize(count);
  return text;
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
  const Certificate parsed = FirstCertificate(certificate);
  ASN1_TIME_to_tm(X509_get0_notAfter(parsed.get()), &time);
  return absl::FromTM(time, absl::UTCTimeZone());
}

std::string ProblemOfValidity(const std::string& certificate) {
  const Certificate parsed = FirstCertificate(certificate);
  if (X509_cmp_current_time(X509_get0_notBefore(parsed.get())) > 0) return "is not valid yet";
  return X509_cmp_current_time(X509_get0_notAfter(parsed.get())) < 0 ? "has expired" : "";
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
