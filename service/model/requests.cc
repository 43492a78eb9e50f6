#include "model/requests.h"

namespace dirlease {

bool MayWrite(const OperationRequest& request) {
  if (const auto* extended = std::get_if<ExtendedRequest>(&request.body)) return extended->oid != kWhoAmIOid;
  return !std::holds_alternative<SearchRequest>(request.body) &&
         !std::holds_alternative<CompareRequest>(request.body);
}

}  // namespace dirlease
