#include "rpc/grpc/call_info.h"

#include <grpcpp/security/auth_context.h>

#include <chrono>
#include <map>
#include <string_view>

#include "rpc/trace_context.h"

namespace dirlease {

namespace {
std::string OwnerOf(const grpc::AuthContext& auth) {
  if (!auth.IsPeerAuthenticated()) return {};
  for (const char* property : {"peer_spiffe_id", "x509_subject_alternative_name"}) {
    const auto values = auth.FindPropertyValues(property);
    if (!values.empty() && !values[0].empty()) return {values[0].data(), values[0].size()};
  }
  return {};
}

// Two different ones name no lease: as HTTP joins repeated headers, they are a token that nobody was given.
std::string TokenIn(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  std::string all;
  const auto [begin, end] = metadata.equal_range(kSessionHeader);
  for (auto header = begin; header != end; ++header) {
    const std::string_view token(header->second.data(), header->second.size());
    if (all == token) continue;
    if (!all.empty()) all += ',';
    all += token;
  }
  return all;
}

std::optional<absl::Duration> DeadlineLeft(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  // Without a deadline it is the end of time: no subtraction can hold what is left.
  if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
  return absl::FromChrono(deadline - std::chrono::system_clock::now());
}
}  // namespace

CallInfo CallInfoOf(const grpc::CallbackServerContext& context) {
  CallInfo info;
  info.caller.owner = OwnerOf(*context.auth_context());
  info.caller.peer = context.peer();
  const auto& metadata = context.client_metadata();
  info.token = TokenIn(metadata);
  info.deadline_left = DeadlineLeft(context);
  if (const auto parent = metadata.find("traceparent"); parent != metadata.end()) {
    info.caller.trace_id = TraceIdOf({parent->second.data(), parent->second.size()});
  }
  return info;
}

grpc::Status ToGrpc(const RpcStatus& status) {
  if (status.code == 0) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code), status.message, status.details};
}

}  // namespace dirlease
