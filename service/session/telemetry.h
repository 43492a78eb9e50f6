// What happens, told as it happens: for metrics and the audit log. Loop thread only; calls must not wait and must not
// come back. All references live for the call only.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "model/operation.h"
#include "session/call_error.h"
#include "session/open_request.h"
#include "session/session.h"

namespace dirlease {

class Telemetry {
 public:
  virtual ~Telemetry() = default;

  virtual void OnLeaseOpened(const Session::Facts&, const Caller&) {}
  // An OpenSession that was refused, or did not come about, or that nobody waited for any more: whatever began to open and is no
  // lease. `target` and `bind_name` as the caller wanted them.
  virtual void OnOpenFailed(std::string_view /*target*/, std::string_view /*bind_name*/, const Caller&,
                            const CallError&) {}
  // A VerifyCredentials that came as far as the directory or its queue: the bind's result, or why there is none.
  virtual void OnCredentialsChecked(std::string_view /*target*/, std::string_view /*bind_name*/, const Caller&,
                                    const CallError& /*answer*/) {}
  // `bind_name`: who it was before, and whom the caller wanted. What the directory was asked and failed has ended the
  // lease.
  virtual void OnRebound(const Session::Facts&, std::string_view /*bind_name*/, const Caller&) {}
  virtual void OnRebindFailed(const Session::Facts&, std::string_view /*bind_name*/, const Caller&,
                              const CallError&) {}
  // A lease got one more connection, or was not given one that its operations wait for.
  virtual void OnConnectionAdded(const Session::Facts&) {}
  virtual void OnConnectionNotAdded(const Session::Facts&, const CallError&) {}
  // `reason`: one of a few words, as in the log.
  virtual void OnLeaseEnded(const Session::Facts&, std::string_view /*reason*/) {}
  virtual void OnOperationEnded(const Session::Facts&, const Operation&, const OperationEnd&) {}
  // `method` as the contract names it.
  virtual void OnRpcEnded(std::string_view /*method*/, absl::StatusCode, absl::Duration /*total*/) {}
};

}  // namespace dirlease
