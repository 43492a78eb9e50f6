// The calls of SessionService. See rpc/call.h for their life; the messages they are given live until they finish.
#pragma once

#include "dirlease/v1/session_service.pb.h"
#include "rpc/call.h"

namespace dirlease {

class OpenCall final : public UnaryCall {
 public:
  // Wipes the password in `request`.
  OpenCall(SessionManager& manager, CallInfo info, Responder& responder,
           v1::OpenSessionRequest& request, v1::OpenSessionResponse& response);
  void Run() override;
  // After the grant too: a lease that nobody heard of is unbound, unless its request_id can fetch it.
  void Cancel() override;

 private:
  void OnOpened(OpenResult result);

  Outcome<OpenRequest> request_;
  const bool can_be_fetched_;
  v1::OpenSessionResponse& response_;
  Opening::Ticket ticket_ = 0;
  Secret token_;
};

class KeepAliveCall final : public UnaryCall {
 public:
  KeepAliveCall(SessionManager& manager, CallInfo info, Responder& responder,
                const v1::KeepAliveRequest& request, v1::KeepAliveResponse& response)
      : UnaryCall(manager, std::move(info), responder, "KeepAlive"),
        request_(request),
        response_(response) {}
  void Run() override;
  void Cancel() override { FinishCancelled(); }

 private:
  const v1::KeepAliveRequest& request_;
  v1::KeepAliveResponse& response_;
};

class GetSessionCall final : public UnaryCall {
 public:
  GetSessionCall(SessionManager& manager, CallInfo info, Responder& responder,
                 const v1::GetSessionRequest& request, v1::GetSessionResponse& response)
      : UnaryCall(manager, std::move(info), responder, "GetSession"),
        request_(request),
        response_(response) {}
  void Run() override;
  void Cancel() override { FinishCancelled(); }

 private:
  const v1::GetSessionRequest& request_;
  v1::GetSessionResponse& response_;
};

// Goes on when its caller cancels: an Unbind cannot be taken back.
class UnbindCall final : public UnaryCall, public std::enable_shared_from_this<UnbindCall> {
 public:
  UnbindCall(SessionManager& manager, CallInfo info, Responder& responder,
             const v1::UnbindRequest& request, v1::UnbindResponse& response)
      : UnaryCall(manager, std::move(info), responder, "Unbind"),
        request_(request),
        response_(response) {}
  void Run() override;
  void Cancel() override { FinishCancelled(); }

 private:
  const v1::UnbindRequest& request_;
  v1::UnbindResponse& response_;
};

}  // namespace dirlease
