// One RPC as the loop sees it, free of gRPC. Construction checks and converts the request on whatever thread the RPC
// arrived on; everything else happens on the loop. Owned by the RPC's reactor, which lives until the call has finished
// and lets it be destroyed on the loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "rpc/rpc_status.h"
#include "session/call_error.h"
#include "session/session_manager.h"

namespace dirlease {

// Metadata keys of the contract.
inline constexpr char kSessionHeader[] = "ldap-session";
inline constexpr char kOperationIdHeader[] = "ldap-operation-id";

// Where a unary call's answer goes: an RPC of its own, or a reply in a pipeline. Loop thread only; forgotten by the call in
// the same breath as it finishes.
class Responder {
 public:
  virtual ~Responder() = default;
  // The lease that the call is on, so that it names none; null: it names its lease.
  virtual Session* session() { return nullptr; }
  virtual void AddHeader(std::string_view key, std::string_view value) = 0;
  // Once. The response message was filled before, if the status is OK.
  virtual void Finish(const RpcStatus& status) = 0;
};

// What every RPC brings along beside its request.
struct CallInfo {
  Caller caller;
  std::string token;                            // from metadata; empty = none
  std::optional<absl::Duration> deadline_left;  // of the RPC, when it arrived

  Origin origin() const { return {caller.peer, caller.trace_id}; }
};

// Memory that a request of so many octets holds while it runs. Refused when memory is scarce, unless the request is small.
Outcome<BudgetCharge> ChargeRequest(ByteBudget& budget, size_t octets);

// The lease that the metadata or the request's `field` names.
Outcome<Session*> FindLease(const SessionManager& manager, const CallInfo& info, const std::string& field);

RpcStatus StatusFromCallError(const CallError& error, const StatusContext& context);

class UnaryCall {
 public:
  virtual ~UnaryCall() = default;
  // Once, first.
  void Start() {
    start_time_ = manager_.loop().Now();
    Run();
  }
  // The caller cancelled, its deadline passed or its connection died. Possibly after the end.
  virtual void Cancel() = 0;

 protected:
  // `request_octets`: of a request that is to be charged for.
  UnaryCall(SessionManager& manager, CallInfo info, Responder& responder, std::string operation,
            size_t request_octets = 0)
      : manager_(manager), info_(std::move(info)), responder_(&responder), request_octets_(request_octets) {
    context_.operation = std::move(operation);
  }

  virtual void Run() = 0;
  bool finished() const { return responder_ == nullptr; }
  void Finish(const RpcStatus& status);
  void FinishOk() { Finish({}); }
  void Fail(const Failure& failure) { Finish(StatusFromFailure(failure, context_)); }
  void FinishCancelled();
  // Memory that the request holds until this is destroyed; else finishes the call.
  bool ChargeRequest();
  // The lease that the responder, the metadata or `field` names; else finishes the call and answers null.
  Session* FindSession(const std::string& field);

  SessionManager& manager_;
  const CallInfo info_;
  Responder* responder_;
  StatusContext context_;

 private:
  const size_t request_octets_;
  BudgetCharge request_charge_;
  absl::Time start_time_;
};

}  // namespace dirlease
