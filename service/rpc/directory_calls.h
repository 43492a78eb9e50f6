// The unary calls of DirectoryService. See rpc/call.h for their life; the messages they are given live until they finish.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dirlease/v1/directory_service.pb.h"
#include "model/operation.h"
#include "rpc/call.h"
#include "rpc/convert_request.h"
#include "rpc/convert_result.h"

namespace dirlease {

// One LDAP operation with one answer.
class OperationCall : public UnaryCall, protected OperationSink {
 public:
  void Run() override;
  void Cancel() override;

 protected:
  // `method` is constant text. `session` and `operation_id` are the message's fields.
  OperationCall(SessionManager& manager, CallInfo info, Responder& responder, const char* method,
                const google::protobuf::Message& message, Outcome<OperationRequest> request,
                const std::string& session, const std::string& operation_id);

  // What was collected for the answer, in the budget until the call is over.
  void ChargeResponse(size_t octets) { response_charges_.emplace_back(manager_.budget(), octets); }
  // It is more than one message carries.
  void EndTooLarge();
  RpcStatus TooLarge() const { return StatusFromEnd({.cause = EndCause::kEntryTooLarge}, context_); }

 private:
  // The directory's answer, a success by rpc/status_table.h. Anything but OK fails the call all the same.
  virtual RpcStatus FillResponse(const OperationEnd& end) = 0;
  void OnEnd(const OperationEnd& end) override;

  const char* const method_;
  const size_t request_octets_;
  Outcome<OperationRequest> request_;
  BudgetCharge request_charge_;
  std::vector<BudgetCharge> response_charges_;
  const std::string& session_field_;
  const std::string& operation_id_field_;
  Operation* operation_ = nullptr;  // while it runs
};

// The entry that noSuchObject is about: of an Add it is some parent, of a move either.
template <typename Request>
std::optional<std::string> MissingEntryOf(const Request& request) {
  return request.dn();
}
template <>
inline std::optional<std::string> MissingEntryOf(const v1::AddRequest&) {
  return {};
}
template <>
inline std::optional<std::string> MissingEntryOf(const v1::ModifyDnRequest& request) {
  return request.has_new_superior() ? std::nullopt : std::optional(request.dn());
}

// Those whose answer is the result alone: Add, Modify, Delete, ModifyDn. Wipe the values in `request` at once.
template <typename Request, typename Response>
class ResultCall final : public OperationCall {
 public:
  using Convert = Outcome<OperationRequest> (*)(const Request&);
  ResultCall(SessionManager& manager, CallInfo info, Responder& responder, Request& request,
             Response& response, const char* method, Convert convert)
      : OperationCall(manager, std::move(info), responder, method, request, convert(request),
                      request.session(), request.operation_id()),
        response_(response) {
    context_.dn = MissingEntryOf(request);
    if constexpr (requires { WipeValues(request); }) WipeValues(request);
  }

 private:
  RpcStatus FillResponse(const OperationEnd& end) override {
    ResultToProto(end.result, *response_.mutable_result());
    return {};
  }
  Response& response_;
};

class GetEntryCall final : public OperationCall {
 public:
  GetEntryCall(SessionManager& manager, CallInfo info, Responder& responder,
               const v1::GetEntryRequest& request, v1::GetEntryResponse& response);

 private:
  GetEntryCall(SessionManager& manager, CallInfo info, Responder& responder,
               const v1::GetEntryRequest& request, v1::GetEntryResponse& response,
               Outcome<ConvertedSearch> converted);
  void OnEntry(const EntryView& entry) override;
  RpcStatus FillResponse(const OperationEnd& end) override;
  const ValueFormat format_;
  const bool filtered_;
  v1::GetEntryResponse& response_;
};

// Wipes the value in `request` at once.
class ExtendedCall final : public OperationCall {
 public:
  ExtendedCall(SessionManager& manager, CallInfo info, Responder& responder,
               v1::ExtendedRequest& request, v1::ExtendedResponse& response);

 private:
  void OnIntermediate(const IntermediateView& intermediate) override;
  RpcStatus FillResponse(const OperationEnd& end) override;
  v1::ExtendedResponse& response_;
  size_t intermediate_octets_ = 0;
};

// Wipes the passwords in `request` at once.
class ChangePasswordCall final : public OperationCall {
 public:
  ChangePasswordCall(SessionManager& manager, CallInfo info, Responder& responder,
                     v1::ChangePasswordRequest& request, v1::ChangePasswordResponse& response);

 private:
  RpcStatus FillResponse(const OperationEnd& end) override;
  v1::ChangePasswordResponse& response_;
};

class CompareCall final : public OperationCall {
 public:
  CompareCall(SessionManager& manager, CallInfo info, Responder& responder,
              const v1::CompareRequest& request, v1::CompareResponse& response);

 private:
  RpcStatus FillResponse(const OperationEnd& end) override;
  v1::CompareResponse& response_;
};

class WhoAmICall final : public OperationCall {
 public:
  WhoAmICall(SessionManager& manager, CallInfo info, Responder& responder,
             const v1::WhoAmIRequest& request, v1::WhoAmIResponse& response);

 private:
  RpcStatus FillResponse(const OperationEnd& end) override;
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
