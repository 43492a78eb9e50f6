// Certificates that change while the daemon serves: what is in order is used by later handshakes, what is not is refused,
// and nobody who is connected notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "app/certificates.h"
#include "grpc/health/v1/health.pb.h"
#include "support/certificates.h"
#include "support/child_process.h"
#include "support/grpc/client.h"
#include "support/log_lines.h"
#include "support/places.h"
#include "support/temp_dir.h"

namespace dirlease {
namespace {

using testing::CertificateFiles;
using testing::Client;
using ::testing::HasSubstr;

// As renewal tools replace a file: whole, or not at all.
void Replace(const std::string& path, const std::string& by) {
  std::filesystem::copy_file(by, path + ".new", std::filesystem::copy_options::overwrite_existing);
  std::filesystem::rename(path + ".new", path);
}
void Overwrite(const std::string& path, const std::string& text) {
  std::ofstream(path + ".new") << text;
  std::filesystem::rename(path + ".new", path);
}

class CertificatesTest : public ::testing::Test {
 protected:
  CertificatesTest() { Install(first_); }
  void Install(const CertificateFiles& files) {
    Replace(files_.certificate, files.certificate);
    Replace(files_.key, files.key);
  }
  std::string Add(std::string side = "listener") {
    return certificates_.Add({.side = side == "listener" ? Certificates::kListener : Certificates::kDirectory,
                              .name = "callers",
                              .files = files_,
                              .apply = [this](PemContents contents) {
                                applied_.push_back(contents.certificate);
                                return refusal_;
                              }});
  }
  std::string Metrics() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

  testing::Certificates authority_;
  const CertificateFiles first_ = authority_.Issue("first", "DNS:localhost");
  const CertificateFiles second_ = authority_.Issue("second", "DNS:localhost");
  testing::TempDir folder_;
  const PemFiles files_{folder_.File("tls.crt"), folder_.File("tls.key"), authority_.ca_file()};
  prometheus::Registry registry_;
  TlsMetrics metrics_{registry_};
  Certificates certificates_{metrics_};
  std::vector<std::string> applied_;
  std::string refusal_;
};

TEST_F(CertificatesTest, WhatIsUnchangedIsNotReadAgain) {
  ASSERT_EQ(Add(), "");
  for (int check = 0; check < 3; ++check) certificates_.ReloadChanged();
  EXPECT_EQ(applied_.size(), 1u);
}

TEST_F(CertificatesTest, AChangeIsTakenWhenItHasSettled) {
  ASSERT_EQ(Add(), "");
  Replace(files_.certificate, second_.certificate);
  certificates_.ReloadChanged();  // the key is still to come
  EXPECT_EQ(applied_.size(), 1u);
  Replace(files_.key, second_.key);
  certificates_.ReloadChanged();
  EXPECT_EQ(applied_.size(), 1u);
  certificates_.ReloadChanged();
  ASSERT_EQ(applied_.size(), 2u);
  EXPECT_NE(applied_[0], applied_[1]);
  EXPECT_THAT(Metrics(), HasSubstr(R"(dirlease_tls_reloads_total{outcome="accepted",side="listener"} 1)"));
  EXPECT_THAT(Metrics(), HasSubstr(R"(dirlease_tls_reloads_total{outcome="rejected",side="listener"} 0)"));
}

TEST_F(CertificatesTest, WhatIsRefusedIsToldOnceAndTriedAgain) {
  ASSERT_EQ(Add(), "");
  Overwrite(files_.certificate, "no certificate");
  for (int check = 0; check < 4; ++check) certificates_.ReloadChanged();
  EXPECT_EQ(applied_.size(), 1u);
  EXPECT_THAT(Metrics(), HasSubstr(R"(dirlease_tls_reloads_total{outcome="rejected",side="listener"} 1)"));
  EXPECT_THAT(Metrics(), HasSubstr(R"(dirlease_tls_files_refused{name="callers",side="listener"} 1)"));
  Install(second_);
  certificates_.ReloadChanged();
  certificates_.ReloadChanged();
  EXPECT_EQ(applied_.size(), 2u);
  EXPECT_THAT(Metrics(), HasSubstr(R"(dirlease_tls_files_refused{name="callers",side="listener"} 0)"));
}

TEST_F(CertificatesTest, WhatFailedForAMomentIsTakenWithoutAnotherChange) {
  ASSERT_EQ(Add(), "");
  Install(second_);
  refusal_ = "no descriptors";
  for (int check = 0; check < 3; ++check) certificates_.ReloadChanged();
  refusal_ = "";
  const size_t tries = applied_.size();
  certificates_.ReloadChanged();
  EXPECT_EQ(applied_.size(), tries + 1);
  certificates_.ReloadChanged();
  EXPECT_EQ(applied_.size(), tries + 1);
}

TEST_F(CertificatesTest, EveryKindOfDamageIsRefused) {
  ASSERT_EQ(Add(), "");
  const auto rejected = [&](int count) {
    certificates_.Reload();
    EXPECT_EQ(applied_.size(), 1u);
    EXPECT_THAT(Metrics(), HasSubstr(R"(dirlease_tls_reloads_total{outcome="rejected",side="listener"} )" +
                                     std::to_string(count) + "\n"));
    Install(first_);
  };
  Replace(files_.key, second_.key);
  rejected(1);
  std::filesystem::remove(files_.key);
  rejected(2);
  Overwrite(files_.key, "");
  rejected(3);
  std::filesystem::remove(files_.certificate);
  rejected(4);
  constexpr char kDamaged[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  std::ofstream(files_.certificate, std::ios::app) << kDamaged;
  rejected(5);
  std::filesystem::remove(files_.certificate);
  ASSERT_EQ(mkfifo(files_.certificate.c_str(), 0600), 0);
  rejected(6);
  std::ofstream(authority_.ca_file(), std::ios::app) << kDamaged;
  rejected(7);
}

TEST_F(CertificatesTest, WhatTheUserOfItRefusesIsCountedAsRejected) {
  refusal_ = "no";
  EXPECT_EQ(Add(), "no");
  refusal_ = "";
  EXPECT_EQ(Add("directory"), "");
  refusal_ = "no";
  certificates_.Reload();
  EXPECT_THAT(Metrics(), HasSubstr(R"(dirlease_tls_reloads_total{outcome="rejected",side="directory"} 1)"));
}

TEST_F(CertificatesTest, TheExpiryIsThatOfTheCertificateInUse) {
  ASSERT_EQ(Add(), "");
  std::ifstream stream(first_.certificate);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const absl::Time expiry = ExpiryOf(text);
  EXPECT_GT(expiry, absl::Now() + absl::Hours(47));
  EXPECT_LT(expiry, absl::Now() + absl::Hours(49));
  EXPECT_THAT(Metrics(), HasSubstr("dirlease_tls_certificate_expiry_timestamp_seconds{name=\"callers\",side=\"listener\"} " +
                                   std::to_string(absl::ToUnixSeconds(expiry))));
}

// The daemon itself, whose directory nobody serves.
class CertificateReloadTest : public ::testing::Test {
 protected:
  CertificateReloadTest() { Install(old_, old_.IssueForLoopback()); }
  // All files at once, by a link that changes: as Kubernetes renews what it mounted.
  void Install(const testing::Certificates& authority, const CertificateFiles& files) {
    const std::filesystem::path version = File("version" + std::to_string(++versions_));
    std::filesystem::create_directory(version);
    std::filesystem::copy_file(files.certificate, version / "tls.crt");
    std::filesystem::copy_file(files.key, version / "tls.key");
    std::filesystem::copy_file(authority.ca_file(), version / "ca.crt");
    std::filesystem::create_directory_symlink(version, File("next"));
    std::filesystem::rename(File("next"), File("tls"));
  }
  std::string File(const std::string& name) const { return folder_.File(name); }
  void Serve(const std::string& check_interval) {
    const auto program = dirlease::testing::BuiltProgram("dirleased");
    std::vector<std::string> command = {
        program, "--target=ldap://127.0.0.1:1", "--listen=127.0.0.1:0", "--tls-cert=" + File("tls/tls.crt"),
        "--tls-key=" + File("tls/tls.key"), "--address-file=" + File("address"),
        "--certificate-check-interval=" + check_interval};
    if (with_client_ca_) command.push_back("--client-ca=" + File("tls/ca.crt"));
    daemon_.emplace(command);
    log_.Follow(UniqueFd(dup(daemon_->output())));
    log_.WaitFor("\"event\":\"listening\"");
  }
  std::unique_ptr<Client> ClientOf(testing::Certificates& authority) {
    std::string address;
    std::getline(std::ifstream(File("address")), address);
    const CertificateFiles own = authority.Issue("client", "URI:spiffe://example/client");
    return std::make_unique<Client>(
        address, Client::Tls{authority.ca_file(), own.certificate, own.key});
  }
  static bool GetsIn(Client& client) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service("liveness");
    return client.CallMethod("/grpc.health.v1.Health/Check", request, nullptr).ok();
  }
  void End() {
    daemon_->Signal(SIGTERM);
    EXPECT_EQ(daemon_->Wait(), 0);
    log_.Finish();
  }

  testing::Certificates old_{"old authority"};
  testing::Certificates new_{"new authority"};
  testing::TempDir folder_;
  int versions_ = 0;
  bool with_client_ca_ = true;
  std::optional<testing::ChildProcess> daemon_;
  testing::LogLines log_;
};

TEST_F(CertificateReloadTest, HangUpTakesWhatIsInOrderAndNobodyConnectedNotices) {
  Serve("0s");
  const auto before = ClientOf(old_);
  grpc::health::v1::HealthCheckRequest liveness;
  liveness.set_service("liveness");
  const auto watch = before->StartMethod("/grpc.health.v1.Health/Watch");
  watch->Write(liveness);
  watch->WritesDone();
  grpc::health::v1::HealthCheckResponse answer;
  ASSERT_TRUE(watch->Read(answer));

  Install(new_, new_.IssueForLoopback());
  daemon_->Signal(SIGHUP);
  log_.WaitFor("certificates read again");
  EXPECT_TRUE(GetsIn(*ClientOf(new_)));
  EXPECT_FALSE(GetsIn(*ClientOf(old_)));
  EXPECT_TRUE(GetsIn(*before));

  Overwrite(File("tls/tls.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  daemon_->Signal(SIGHUP);
  log_.WaitFor("certificates refused, those of before stay in use");
  EXPECT_TRUE(GetsIn(*ClientOf(new_)));
  EXPECT_TRUE(GetsIn(*before));
  watch->Cancel();
  EXPECT_EQ(watch->Finish().code, testing::Code::kCancelled);
  End();
}

TEST_F(CertificateReloadTest, CallersNeedNoCertificateWhereNoneIsAskedFor) {
  with_client_ca_ = false;
  Serve("0s");
  std::string address;
  std::getline(std::ifstream(File("address")), address);
  Client before(address, Client::Tls{old_.ca_file(), "", ""});
  EXPECT_TRUE(GetsIn(before));
  Install(new_, new_.IssueForLoopback());
  daemon_->Signal(SIGHUP);
  log_.WaitFor("certificates read again");
  Client after(address, Client::Tls{new_.ca_file(), "", ""});
  EXPECT_TRUE(GetsIn(after));
  EXPECT_TRUE(GetsIn(before));
  End();
}

TEST_F(CertificateReloadTest, ChangedFilesAreTakenWithoutASignal) {
  Serve("20ms");
  EXPECT_TRUE(GetsIn(*ClientOf(old_)));
  Install(new_, new_.IssueForLoopback());
  log_.WaitFor("certificates read again");
  EXPECT_TRUE(GetsIn(*ClientOf(new_)));
  EXPECT_FALSE(GetsIn(*ClientOf(old_)));
  End();
}

}  // namespace
}  // namespace dirlease
