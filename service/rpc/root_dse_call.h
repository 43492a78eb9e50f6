// GetRootDse: the root DSE (RFC 4512 section 5.1) as a lease's identity sees it, whole and with its usual attributes typed.
// Read anew each time. See rpc/operation_call.h.
#pragma once

#include "dirlease/v1/directory_service.pb.h"
#include "rpc/operation_call.h"

namespace dirlease {

class GetRootDseCall final : public OperationCall {
 public:
  GetRootDseCall(SessionManager& manager, CallInfo info, Responder& responder,
                 const v1::GetRootDseRequest& request, v1::GetRootDseResponse& response);

 private:
  void OnEntry(const EntryView& entry) override;
  void TakeAttribute(const AttributeView& attribute);
  RpcStatus FillResponse(const OperationEnd& end) override;

  v1::GetRootDseResponse& response_;
};

}  // namespace dirlease
