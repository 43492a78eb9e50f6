// A HoldSession RPC: from its request to the lease's end or its own. Life as in rpc/call.h; loop thread only, but for
// construction.
#pragma once

#include <memory>

#include "dirlease/v1/session_service.pb.h"
#include "rpc/call.h"
#include "rpc/hold_stream.h"
#include "session/holds.h"

namespace dirlease {

struct HoldOptions {
  Holds::Tether tether;
  absl::Duration heartbeat_interval;  // zero = none
};
Outcome<HoldOptions> HoldFromProto(const v1::HoldSessionRequest& request);

class HoldCall final : private LeaseHolder {
 public:
  // `request` must live until the stream has finished.
  HoldCall(SessionManager& manager, CallInfo info, HoldWriter& writer,
           const v1::HoldSessionRequest& request);
  // REQUIRES: finished, or never started.
  ~HoldCall() override;

  void Start();
  void OnWriteDone(bool ok);
  // The caller cancelled, its deadline passed or its connection died: the hold ends, not the lease, but by a tether.
  // Possibly after the end.
  void Cancel();

  // EXPIRING comes this long before a lease's maximum age.
  static absl::Duration ExpiryNotice(absl::Duration max_age);

 private:
  using Kind = v1::HoldSessionResponse::Event;

  // The lease that the call names, else null and the call is over.
  Session* Find();
  void BeginHolding(Session& session);
  void ArmTimers(const Session& session);
  void SendHeartbeat();
  HoldStream::Event Make(Kind kind) const;
  void OnDraining(absl::Time end) override;
  void OnLeaseEnded(const OperationEnd& end) override;
  void Refuse(const Failure& failure);
  void StopTimers();
  void TellTelemetry(const RpcStatus& status);

  SessionManager& manager_;
  const CallInfo info_;
  const v1::HoldSessionRequest& request_;
  const Outcome<HoldOptions> options_;
  StatusContext context_;
  HoldStream stream_;
  absl::Time start_time_;

  Session* session_ = nullptr;  // while held
  Holds::Ticket ticket_;
  std::unique_ptr<Timer> heartbeat_;  // null = none
  std::unique_ptr<Timer> expiring_;
};

}  // namespace dirlease
