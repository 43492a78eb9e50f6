// The gateway's side of SASL binds, scripted: each step answers what the test queued, in a later turn. Loop thread only.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event_loop.h"
#include "ldap/sasl_exchange.h"

namespace dirlease::testing {

struct FakeSasl {
  // Script. When none is left a step never ends.
  std::deque<SaslStep> steps;
  // What happened.
  std::vector<std::string> mechanisms;  // one for each exchange
  std::vector<std::string> passwords;
  std::vector<std::optional<std::string>> challenges;

  void Say(std::optional<std::string> credentials, bool complete = false) {
    SaslStep& step = steps.emplace_back();
    if (credentials) step.credentials.emplace(*credentials);
    step.complete = complete;
  }
};

class FakeSaslExchange final : public SaslExchange {
 public:
  // Both outlive this.
  FakeSaslExchange(EventLoop& loop, FakeSasl& script) : loop_(loop), script_(script) {}

  void Next(std::optional<Secret> challenge, Callback callback) override {
    script_.challenges.emplace_back();
    if (challenge) script_.challenges.back() = std::string(challenge->Reveal());
    if (script_.steps.empty()) return;
    callback_ = std::make_shared<Callback>(std::move(callback));
    loop_.Post([callback = std::weak_ptr(callback_), step = std::move(script_.steps.front())]() mutable {
      if (const auto waiting = callback.lock()) (*waiting)(std::move(step));
    });
    script_.steps.pop_front();
  }

 private:
  EventLoop& loop_;
  FakeSasl& script_;
  std::shared_ptr<Callback> callback_;
};

}  // namespace dirlease::testing
