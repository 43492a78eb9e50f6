#include "rpc/grpc/connection_count.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

#include "base/unique_fd.h"

namespace dirlease {
namespace {

UniqueFd NewSocket() { return UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

TEST(ConnectionCountTest, ClosedOnesMakeRoom) {
  absl::Time now = absl::UnixEpoch();
  ConnectionCount count(2);
  UniqueFd first = NewSocket(), second = NewSocket(), third = NewSocket();
  EXPECT_TRUE(count.Add(first.get(), now));
  EXPECT_TRUE(count.Add(second.get(), now));
  EXPECT_FALSE(count.Add(third.get(), now));
  first.Reset();
  EXPECT_FALSE(count.Add(third.get(), now)) << "not looked again so soon";
  now += absl::Seconds(1);
  EXPECT_TRUE(count.Add(third.get(), now));
  EXPECT_FALSE(count.Add(NewSocket().get(), now + absl::Seconds(1)));
}

TEST(ConnectionCountTest, ADescriptorUsedAgainIsOneConnection) {
  ConnectionCount count(1);
  UniqueFd one = NewSocket();
  const int number = one.get();
  EXPECT_TRUE(count.Add(number, absl::UnixEpoch()));
  one.Reset();
  UniqueFd next = NewSocket();
  ASSERT_EQ(next.get(), number);
  EXPECT_TRUE(count.Add(number, absl::UnixEpoch()));
}

}  // namespace
}  // namespace dirlease
