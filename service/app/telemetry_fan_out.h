// Tells several listeners what one is told, in the order in which they were added.
#pragma once

#include <string_view>
#include <vector>

#include "session/telemetry.h"

namespace dirlease {

// Loop thread only, but for Add.
class TelemetryFanOut final : public Telemetry {
 public:
  // It must outlive what tells. REQUIRES: nothing tells yet.
  void Add(Telemetry& listener) { listeners_.push_back(&listener); }

  void OnLeaseOpened(const Session::Facts& facts, const Caller& caller) override {
    for (Telemetry* one : listeners_) one->OnLeaseOpened(facts, caller);
  }
  void OnOpenFailed(std::string_view target, std::string_view bind_name, const Caller& caller,
                    const CallError& error) override {
    for (Telemetry* one : listeners_) one->OnOpenFailed(target, bind_name, caller, error);
  }
  void OnCredentialsChecked(std::string_view target, std::string_view bind_name, const Caller& caller,
                            const CallError& answer) override {
    for (Telemetry* one : listeners_) one->OnCredentialsChecked(target, bind_name, caller, answer);
  }
  void OnRebound(const Session::Facts& facts, std::string_view bind_name, const Caller& caller) override {
    for (Telemetry* one : listeners_) one->OnRebound(facts, bind_name, caller);
  }
  void OnRebindFailed(const Session::Facts& facts, std::string_view bind_name, const Caller& caller,
                      const CallError& error) override {
    for (Telemetry* one : listeners_) one->OnRebindFailed(facts, bind_name, caller, error);
  }
  void OnConnectionAdded(const Session::Facts& facts) override {
    for (Telemetry* one : listeners_) one->OnConnectionAdded(facts);
  }
  void OnConnectionNotAdded(const Session::Facts& facts, const CallError& error) override {
    for (Telemetry* one : listeners_) one->OnConnectionNotAdded(facts, error);
  }
  void OnLeaseEnded(const Session::Facts& facts, std::string_view reason) override {
    for (Telemetry* one : listeners_) one->OnLeaseEnded(facts, reason);
  }
  void OnOperationEnded(const Session::Facts& facts, const Operation& operation,
                        const OperationEnd& end) override {
    for (Telemetry* one : listeners_) one->OnOperationEnded(facts, operation, end);
  }
  void OnRpcEnded(std::string_view method, absl::StatusCode code, absl::Duration total) override {
    for (Telemetry* one : listeners_) one->OnRpcEnded(method, code, total);
  }

 private:
  std::vector<Telemetry*> listeners_;
};

}  // namespace dirlease
