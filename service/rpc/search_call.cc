#include "rpc/search_call.h"

#include <utility>

namespace dirlease {

SearchCall::SearchCall(SessionManager& manager, CallInfo info, SearchWriter& writer,
                       const v1::SearchRequest& request)
    : SearchCall(manager, info, writer, request, SearchFromProto(request, info.deadline_left)) {}

SearchCall::SearchCall(SessionManager& manager, CallInfo info, SearchWriter& writer,
                       const v1::SearchRequest& request, Outcome<ConvertedSearch> converted)
    : StreamCall(manager, std::move(info), "Search", request.session(), request.operation_id(),
                 request.ByteSizeLong(),
                 converted.ok() ? Outcome<OperationRequest>(std::move(converted->request))
                                : Outcome<OperationRequest>(converted.failure())),
      stream_(writer, Surroundings(), converted.ok() ? converted->stream : SearchStream::Options{},
              StatusContext{.operation = "Search", .dn = request.base_dn()}) {}

}  // namespace dirlease
