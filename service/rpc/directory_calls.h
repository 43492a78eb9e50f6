// The unary calls of DirectoryService. See rpc/call.h for their life; the messages they are given live until they finish.
#pragma once

#include <string>

#include "dirlease/v1/directory_service.pb.h"
#include "model/operation.h"
#include "rpc/call.h"

namespace dirlease {

// One LDAP operation with one answer.
class OperationCall : public UnaryCall, private OperationSink {
 public:
  void Run() override;
  void Cancel() override;

 protected:
  // `method` is constant text. `session` and `operation_id` are the message's fields.
  OperationCall(SessionManager& manager, CallInfo info, Responder& responder, const char* method,
                const google::protobuf::Message& message, Outcome<OperationRequest> request,
                const std::string& session, const std::string& operation_id);

 private:
  // The directory's answer, a success by rpc/status_table.h.
  virtual void FillResponse(const OperationEnd& end) = 0;
  void OnEnd(const OperationEnd& end) override;

  const char* const method_;
  const size_t request_octets_;
  Outcome<OperationRequest> request_;
  BudgetCharge request_charge_;
  const std::string& session_field_;
  const std::string& operation_id_field_;
  Operation* operation_ = nullptr;  // while it runs
};

class CompareCall final : public OperationCall {
 public:
  CompareCall(SessionManager& manager, CallInfo info, Responder& responder,
              const v1::CompareRequest& request, v1::CompareResponse& response);

 private:
  void FillResponse(const OperationEnd& end) override;
  v1::CompareResponse& response_;
};

class WhoAmICall final : public OperationCall {
 public:
  WhoAmICall(SessionManager& manager, CallInfo info, Responder& responder,
             const v1::WhoAmIRequest& request, v1::WhoAmIResponse& response);

 private:
  void FillResponse(const OperationEnd& end) override;
  v1::WhoAmIResponse& response_;
};

class AbandonCall final : public UnaryCall {
 public:
  AbandonCall(SessionManager& manager, CallInfo info, Responder& responder,
              const v1::AbandonRequest& request, v1::AbandonResponse& response)
      : UnaryCall(manager, std::move(info), responder, "Abandon"),
        request_(request),
        response_(response) {}
  void Run() override;
  void Cancel() override { FinishCancelled(); }

 private:
  const v1::AbandonRequest& request_;
  v1::AbandonResponse& response_;
};

}  // namespace dirlease
