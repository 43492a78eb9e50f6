#include "support/grpc/call_end.h"

#include <gtest/gtest.h>

#include <utility>

#include "google/rpc/status.pb.h"

namespace dirlease::testing {

namespace {

// At most one of each type is allowed (AIP-193).
template <typename Detail>
bool Take(const google::protobuf::Any& any, std::optional<Detail>& out) {
  if (!any.Is<Detail>()) return false;
  EXPECT_FALSE(out.has_value()) << "two details of type " << any.type_url();
  EXPECT_TRUE(any.UnpackTo(&out.emplace()));
  return true;
}

}  // namespace

CallEnd DecodeCallEnd(int code, std::string message, const std::string& details) {
  CallEnd end;
  end.code = static_cast<Code>(code);
  end.message = std::move(message);
  end.details_octets = details.size();
  if (details.empty()) return end;
  google::rpc::Status status;
  EXPECT_TRUE(status.ParseFromString(details)) << "the details are no google.rpc.Status";
  // A caller's own cancel or deadline may overtake the status that the server sent.
  if (end.code != Code::kCancelled && end.code != Code::kDeadlineExceeded) {
    EXPECT_EQ(status.code(), code);
  }
  for (const google::protobuf::Any& any : status.details()) {
    EXPECT_TRUE(Take(any, end.error_info) || Take(any, end.retry_info) ||
                Take(any, end.resource_info) || Take(any, end.bad_request) ||
                Take(any, end.ldap_result))
        << "unknown detail " << any.type_url();
  }
  return end;
}

std::ostream& operator<<(std::ostream& out, Code code) {
  return out << "status code " << static_cast<int>(code);
}

std::ostream& operator<<(std::ostream& out, const CallEnd& end) {
  return out << end.code << " " << end.reason() << " \"" << end.message << "\"";
}

}  // namespace dirlease::testing
