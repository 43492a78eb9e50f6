// The fixture of the tests on what a whole gateway shows its operators: Gateway in process, over a
// directory on a socket.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/gateway.h"
#include "ldap/libldap/libldap_init.h"
#include "support/fake_directory.h"
#include "support/grpc/client.h"
#include "support/loopback.h"
#include "support/temp_dir.h"

namespace dirlease::testing {

// The answer to an HTTP request, headers included.
inline std::string Get(const std::string& address, const std::string& path) {
  const int port = std::stoi(address.substr(address.rfind(':') + 1));
  const UniqueFd socket = ConnectToLoopback(port);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(socket.get(), request.data(), request.size()),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  char chunk[4096];
  for (ssize_t size; (size = read(socket.get(), chunk, sizeof chunk)) > 0;) {
    answer.append(chunk, static_cast<size_t>(size));
  }
  return answer;
}

class RunningGatewayTest : public ::testing::Test {
 protected:
  explicit RunningGatewayTest(std::optional<Gateway::Listener> admin = std::nullopt) {
    InitialiseLibldap();
    settings_.admin = std::move(admin);
    settings_.server.listen = "127.0.0.1:0";
    settings_.metrics_listen = "127.0.0.1:0";
    settings_.audit_log = audit_log_;
    TargetConfig target{.name = "default"};
    target.uris.push_back(*ParseLdapUri(directory_.uri()));
    target.most_connections = 2;
    settings_.targets.push_back(std::move(target));
    gateway_.emplace(settings_);
    EXPECT_EQ(gateway_->Start(), "");
  }
  std::string Scrape() const {
    const std::string answer = Get(gateway_->metrics_address(), "/metrics");
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  // Adds a connection to the lease, by searches that the directory does not answer from now on.
  void Grow(Client& client, const std::string& token) {
    directory_.SetAutoAnswers({.binds = true, .root_dse = true});
    std::vector<std::unique_ptr<ClientCall>> searches;
    for (size_t i = 0; i <= Connection::kMostExecuting; ++i) {
      searches.push_back(client.Start(v1::SearchRequest(), {.token = token}));
    }
    const std::string added = "dirlease_added_connections_total{outcome=\"ok\",target=\"default\"} 1";
    while (Scrape().find(added) == std::string::npos) std::this_thread::yield();
  }

  FakeDirectory directory_{AutoAnswers::All(3)};
  TempDir folder_;
  const std::string audit_log_ = folder_.File("audit.log");
  Gateway::Settings settings_;
  std::optional<Gateway> gateway_;
};

}  // namespace dirlease::testing
