#include "ldap/lingering_close.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "support/manual_event_loop.h"

namespace dirlease {
namespace {

using testing::ManualEventLoop;

class LingeringCloseTest : public ::testing::Test {
 protected:
  LingeringCloseTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peer_.Reset(ends[0]);
    fd_ = ends[1];
    closing_ = std::make_unique<LingeringClose>(loop_, UniqueFd(fd_), [this] {
      ++closed_;
      closing_.reset();
    });
  }
  // What the peer sees: 0 = our end is closed.
  ssize_t PeerReads() {
    char octet;
    return recv(peer_.get(), &octet, 1, 0);
  }

  ManualEventLoop loop_;
  UniqueFd peer_;
  int fd_ = -1;
  int closed_ = 0;
  std::unique_ptr<LingeringClose> closing_;
};

TEST_F(LingeringCloseTest, ClosesWhenTheDirectoryHas) {
  const std::string rest(100'000, 'x');
  send(peer_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  EXPECT_TRUE(loop_.Signal(fd_, EPOLLIN));
  EXPECT_EQ(closed_, 0);
  EXPECT_LT(PeerReads(), 0);
  peer_.Reset();
  EXPECT_TRUE(loop_.Signal(fd_, EPOLLIN | EPOLLHUP));
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(loop_.live_watches(), 0u);
  EXPECT_EQ(loop_.live_timers(), 0u);
}

TEST_F(LingeringCloseTest, ClosesAtTheLimit) {
  loop_.Advance(LingeringClose::kLimit - absl::Milliseconds(1));
  EXPECT_EQ(closed_, 0);
  loop_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(PeerReads(), 0);
}

TEST_F(LingeringCloseTest, DestructionClosesAtOnceWithoutCallback) {
  closing_.reset();
  EXPECT_EQ(closed_, 0);
  EXPECT_EQ(PeerReads(), 0);
}

}  // namespace
}  // namespace dirlease
