#include "model/requests.h"

namespace dirlease {

bool MayWrite(const OperationRequest& request) {
  if (const auto* extended = std::get_if<ExtendedRequest>(&request.body)) return extended->oid != kWhoAmIOid;
  return !std::holds_alternative<SearchRequest>(request.body) &&
         !std::holds_alternative<CompareRequest>(request.body);
}

namespace {
std::string_view Subject(const SearchRequest& request) { return request.base_dn; }
std::string_view Subject(const ExtendedRequest& request) { return request.oid; }
template <typename Request>
std::string_view Subject(const Request& request) {
  return request.dn;
}
}  // namespace

std::string_view SubjectOf(const OperationRequest& request) {
  return std::visit([](const auto& body) { return Subject(body); }, request.body);
}

}  // namespace dirlease
