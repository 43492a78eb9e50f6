#include "rpc/end_status.h"

#include <gtest/gtest.h>

#include <ostream>

namespace dirlease {
namespace {

using Code = absl::StatusCode;

struct Expectation {
  const char* name;
  EndCause cause;
  Code code;
  const char* reason;
  bool worth_a_retry = false;
};

void PrintTo(const Expectation& row, std::ostream* out) { *out << row.name; }

class EndStatusTable : public ::testing::TestWithParam<Expectation> {};

TEST_P(EndStatusTable, MapsTheCause) {
  OperationEnd end;
  end.cause = GetParam().cause;
  const EndStatus status = StatusOfEnd(end);
  EXPECT_EQ(status.code, GetParam().code);
  EXPECT_EQ(status.reason, GetParam().reason);
  EXPECT_FALSE(status.message.empty());
  EXPECT_EQ(status.retry_delay.has_value(), GetParam().worth_a_retry);
}

INSTANTIATE_TEST_SUITE_P(
    Cause, EndStatusTable,
    ::testing::Values(
        Expectation{"cancelled", EndCause::kCancelled, Code::kCancelled, "OPERATION_CANCELLED"},
        Expectation{"abandoned", EndCause::kAbandoned, Code::kCancelled, "OPERATION_ABANDONED"},
        Expectation{"lost", EndCause::kLost, Code::kUnavailable, "LDAP_SERVER_DOWN"},
        Expectation{"sessionClosed", EndCause::kSessionClosed, Code::kAborted, "SESSION_CLOSED"},
        Expectation{"expired", EndCause::kExpired, Code::kAborted, "SESSION_EXPIRED"},
        Expectation{"revoked", EndCause::kRevoked, Code::kAborted, "SESSION_REVOKED"},
        Expectation{"draining", EndCause::kDraining, Code::kUnavailable, "DRAINING", true},
        Expectation{"slowConsumer", EndCause::kSlowConsumer, Code::kResourceExhausted,
                    "SLOW_CONSUMER"},
        Expectation{"entryTooLarge", EndCause::kEntryTooLarge, Code::kResourceExhausted,
                    "ENTRY_TOO_LARGE"},
        Expectation{"pagesLost", EndCause::kPagesLost, Code::kFailedPrecondition,
                    "PAGING_RESULT_LOST"},
        Expectation{"pagingTaken", EndCause::kPagingTaken, Code::kFailedPrecondition,
                    "PAGING_IN_PROGRESS"},
        Expectation{"internal", EndCause::kInternal, Code::kInternal, "INTERNAL_ERROR"}),
    [](const auto& info) { return std::string(info.param.name); });

EndStatus OfResult(int code) {
  OperationEnd end;
  end.result.code = code;
  return StatusOfEnd(end);
}

TEST(EndStatus, ResultsTakeTheTableOfResults) {
  EXPECT_EQ(OfResult(0).code, Code::kOk);
  EXPECT_EQ(OfResult(6).code, Code::kOk);
  EXPECT_EQ(OfResult(32).code, Code::kNotFound);
  EXPECT_EQ(OfResult(32).reason, "NO_SUCH_OBJECT");
  EXPECT_EQ(OfResult(32).retry_delay, std::nullopt);
}

TEST(EndStatus, BusyAndUnavailableDirectoriesAreWorthARetry) {
  EXPECT_EQ(OfResult(51).retry_delay, absl::Seconds(1));
  EXPECT_EQ(OfResult(52).retry_delay, absl::Seconds(1));
}

TEST(EndStatus, LostPagesNameTheMend) {
  OperationEnd end;
  end.cause = EndCause::kPagesLost;
  EXPECT_NE(StatusOfEnd(end).message.find("auto_page_size = 0"), std::string::npos);
}

}  // namespace
}  // namespace dirlease
