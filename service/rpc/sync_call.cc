#include "rpc/sync_call.h"

#include <utility>

namespace dirlease {

SyncCall::SyncCall(SessionManager& manager, CallInfo info, MessageWriter& writer, const v1::SyncRequest& request)
    : SyncCall(manager, std::move(info), writer, request, SyncFromProto(request)) {}

SyncCall::SyncCall(SessionManager& manager, CallInfo info, MessageWriter& writer, const v1::SyncRequest& request,
                   Outcome<ConvertedSync> converted)
    : StreamCall(manager, std::move(info), "Sync", request.session(), request.operation_id(),
                 request.ByteSizeLong(),
                 converted.ok() ? Outcome<OperationRequest>(std::move(converted->request))
                                : Outcome<OperationRequest>(converted.failure())),
      stream_(writer, Surroundings(), converted.ok() ? converted->stream : SyncStream::Options{},
              StatusContext{.operation = "Sync", .dn = request.base_dn()}) {}

}  // namespace dirlease
