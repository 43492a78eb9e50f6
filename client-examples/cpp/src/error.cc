#include "dirlease/client/error.h"

#include <google/protobuf/util/time_util.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace dirlease::client {

Error::Error(grpc::StatusCode code, const std::string& message, std::string_view details)
    : std::runtime_error(message), code_(code) {
  google::rpc::Status status;
  if (!status.ParseFromArray(details.data(), static_cast<int>(details.size()))) return;
  for (const auto& any : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    v1::LdapResult ldap;
    if (any.UnpackTo(&ldap)) {
      ldap_ = std::move(ldap);
    } else if (any.UnpackTo(&info)) {
      reason_ = info.reason();
    } else if (any.UnpackTo(&bad_request) && !bad_request.field_violations().empty()) {
      field_ = bad_request.field_violations(0).field();
    } else if (any.UnpackTo(&retry)) {
      using google::protobuf::util::TimeUtil;
      retry_after_ = std::chrono::milliseconds(TimeUtil::DurationToMilliseconds(retry.retry_delay()));
    }
  }
}

bool Error::session_lost() const {
  return code_ == grpc::StatusCode::UNAUTHENTICATED && reason_.starts_with("SESSION_");
}

bool Error::outcome_unknown() const {
  switch (code_) {
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return true;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
      if (reason_.empty()) return true;  // The connection broke under the call.
      break;
    default:
      break;
  }
  // SLOW_CONSUMER: a pipeline's stream was cut off with replies unread.
  return reason_ == "OUTCOME_UNKNOWN" || reason_ == "SLOW_CONSUMER";
}

}  // namespace dirlease::client
