// The calls whose answer is the result alone: Add, Modify, Delete, ModifyDn. See rpc/operation_call.h.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "dirlease/v1/directory_service.pb.h"
#include "rpc/convert_request.h"
#include "rpc/convert_result.h"
#include "rpc/operation_call.h"

namespace dirlease {

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

// Wipes the values in `request` at once.
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

}  // namespace dirlease
