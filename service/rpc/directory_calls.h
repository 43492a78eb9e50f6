// The unary calls of DirectoryService that give more than a result. See rpc/operation_call.h.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "dirlease/v1/directory_service.pb.h"
#include "rpc/convert_request.h"
#include "rpc/operation_call.h"
#include "rpc/range_merge.h"

namespace dirlease {

class GetEntryCall final : public OperationCall {
 public:
  GetEntryCall(SessionManager& manager, CallInfo info, Responder& responder,
               const v1::GetEntryRequest& request, v1::GetEntryResponse& response);

 private:
  GetEntryCall(SessionManager& manager, CallInfo info, Responder& responder,
               const v1::GetEntryRequest& request, v1::GetEntryResponse& response,
               Outcome<ConvertedSearch> converted);
  void OnEntry(const EntryView& entry) override;
  std::optional<OperationRequest> NextRequest() override;
  RpcStatus FillResponse(const OperationEnd& end) override;

  const ValueFormat format_;
  const bool filtered_;
  const v1::GetEntryRequest& request_message_;
  v1::GetEntryResponse& response_;
  bool entry_came_ = false;  // in the present search
  size_t entry_octets_ = 0;
  RangeMerge ranges_;
  bool range_lost_ = false;
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
  const bool wants_password_;  // the directory makes one up
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
