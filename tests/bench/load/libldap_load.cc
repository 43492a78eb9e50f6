#include <ldap.h>
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <unordered_map>
#include <vector>

#include "bench/load/load.h"
#include "bench/read_entry.h"

namespace dirlease::bench {
namespace {

void CheckLdap(int error, const char* what) {
  if (error == LDAP_SUCCESS) return;
  std::fprintf(stderr, "bench_load: %s: %s\n", what, ldap_err2string(error));
  std::exit(1);
}

berval AsBerval(const std::string& text) { return {text.size(), const_cast<char*>(text.data())}; }

class LdapConnection {
 public:
  explicit LdapConnection(const Options& options) {
    CheckLdap(ldap_initialize(&ldap_, options.address.c_str()), "ldap_initialize");
    const int version = LDAP_VERSION3;
    ldap_set_option(ldap_, LDAP_OPT_PROTOCOL_VERSION, &version);
    berval credentials = AsBerval(options.password);
    CheckLdap(ldap_sasl_bind_s(ldap_, options.bind_dn.c_str(), LDAP_SASL_SIMPLE, &credentials,
                               nullptr, nullptr, nullptr),
              "bind");
    ldap_get_option(ldap_, LDAP_OPT_DESC, &descriptor_);
  }
  ~LdapConnection() { ldap_unbind_ext_s(ldap_, nullptr, nullptr); }
  LdapConnection(const LdapConnection&) = delete;
  LdapConnection& operator=(const LdapConnection&) = delete;

  int descriptor() const { return descriptor_; }

  void Start(size_t slot, const Operation& operation) {
    int id = 0;
    if (operation.kind == Operation::Kind::kCompare) {
      berval value = AsBerval(operation.value);
      CheckLdap(ldap_compare_ext(ldap_, operation.base.c_str(), kCompareType, &value, nullptr,
                                 nullptr, &id),
                "compare");
    } else {
      const bool base = operation.kind == Operation::Kind::kRead;
      CheckLdap(
          ldap_search_ext(ldap_, operation.base.c_str(),
                          base ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE, operation.filter.c_str(),
                          nullptr, 0, nullptr, nullptr, nullptr, operation.limit, &id),
          "search");
    }
    running_[id].slot = slot;
  }

  // One message, waiting for it; whether it was the last of its operation.
  bool TakeOne(timeval wait, const Load::Answered& answered) {
    LDAPMessage* message = nullptr;
    const int type = ldap_result(ldap_, LDAP_RES_ANY, LDAP_MSG_ONE, &wait, &message);
    if (type < 0) CheckLdap(LDAP_SERVER_DOWN, "result");
    if (type == 0) return false;
    const auto running = running_.find(ldap_msgid(message));
    if (type == LDAP_RES_SEARCH_ENTRY) {
      if (running->second.entries++ == 0) running->second.first_entry = Clock::now();
      octets_ += ReadEntry(ldap_, message);
      ldap_msgfree(message);
      return false;
    }
    Answer answer = running->second;
    running_.erase(running);
    int code = LDAP_OTHER;
    ldap_parse_result(ldap_, message, &code, nullptr, nullptr, nullptr, nullptr, 1);
    answer.ok =
        code == LDAP_SUCCESS || code == LDAP_COMPARE_TRUE || code == LDAP_SIZELIMIT_EXCEEDED;
    answered(answer);
    return true;
  }

 private:
  LDAP* ldap_ = nullptr;
  int descriptor_ = -1;
  std::unordered_map<int, Answer> running_;
  size_t octets_ = 0;
};

class ManyConnections final : public Load {
 public:
  explicit ManyConnections(const Options& options) {
    for (int i = 0; i < options.connections; ++i) {
      connections_.push_back(std::make_unique<LdapConnection>(options));
      polled_.push_back({.fd = connections_.back()->descriptor(), .events = POLLIN, .revents = 0});
    }
  }

  void Start(size_t slot, const Operation& operation) override {
    connections_[slot % connections_.size()]->Start(slot, operation);
  }

  // libldap reads no further than the message it returns, so what poll says is all there is to
  // know. With one connection libldap's own waiting does, and saves a call of the kernel.
  void Take(Clock::time_point until, const Answered& answered) override {
    for (bool any = false; !any;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::nanoseconds>(until - Clock::now()).count();
      if (left <= 0) return;
      if (connections_.size() == 1 && left > kLong) {
        any = connections_[0]->TakeOne(
            {.tv_sec = static_cast<time_t>(left / kSecond), .tv_usec = 0}, answered);
        continue;
      }
      const timespec wait{.tv_sec = static_cast<time_t>(left / kSecond), .tv_nsec = left % kSecond};
      if (ppoll(polled_.data(), polled_.size(), &wait, nullptr) <= 0) return;
      for (size_t i = 0; i < polled_.size(); ++i) {
        if (polled_[i].revents != 0)
          any |= connections_[i]->TakeOne({.tv_sec = 0, .tv_usec = 0}, answered);
      }
    }
  }

  bool StartsFromAnyThread() const override { return false; }

 private:
  static constexpr int64_t kSecond = 1'000'000'000;
  static constexpr int64_t kLong = 2 * kSecond;

  std::vector<std::unique_ptr<LdapConnection>> connections_;
  std::vector<pollfd> polled_;
};

}  // namespace

std::unique_ptr<Load> LibldapLoad(const Options& options) {
  return std::make_unique<ManyConnections>(options);
}

}  // namespace dirlease::bench
