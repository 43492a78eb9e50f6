#include "support/fake_directory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "support/limits.h"
#include "support/loopback.h"

namespace dirlease::testing {

FakeDirectory::FakeDirectory(AutoAnswers answers)
    : wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      listener_(ListenOnLoopback()),
      answers_(answers) {
  port_ = LocalPort(listener_.get());
  thread_ = std::thread([this] { Run(); });
}

FakeDirectory::~FakeDirectory() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  if (!open_allowed_ && LiveLocked() > 0) {
    ADD_FAILURE() << LiveLocked() << " connections to the directory were left open";
  }
  for (const auto& connection : connections_) {
    if (connection->not_ldap()) ADD_FAILURE() << "a client sent what is no LDAP";
  }
}

std::string FakeDirectory::uri() const { return fmt::format("ldap://127.0.0.1:{}", port_); }

void FakeDirectory::Wake() {
  const uint64_t one = 1;
  (void)!write(wakeup_.get(), &one, sizeof one);
}

void FakeDirectory::Run() {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    PollOnce();
  }
}

void FakeDirectory::PollOnce() {
  std::vector<pollfd> polled = {{.fd = wakeup_.get(), .events = POLLIN, .revents = 0}};
  std::vector<FakeDirectoryConnection*> told;
  {
    std::lock_guard lock(mutex_);
    polled.push_back({.fd = listener_.get(), .events = POLLIN, .revents = 0});
    for (const auto& connection : connections_) {
      const int input = connection->WantsInput() ? POLLIN : 0;
      const int output = connection->WantsOutput() ? POLLOUT : 0;
      if (input + output == 0) continue;
      told.push_back(connection.get());
      polled.push_back(
          {.fd = connection->fd(), .events = static_cast<short>(input | output), .revents = 0});
    }
  }
  poll(polled.data(), polled.size(), -1);
  std::lock_guard lock(mutex_);
  uint64_t ignored;
  if (polled[0].revents != 0) (void)!read(wakeup_.get(), &ignored, sizeof ignored);
  if (polled[1].revents != 0) Accept();
  for (size_t i = 0; i < told.size(); ++i) StepConnection(*told[i], polled[2 + i].revents);
}

// The test may have closed the connection, or changed what it wants, while the thread was waiting.
void FakeDirectory::StepConnection(FakeDirectoryConnection& connection, short events) {
  const bool readable = (events & (POLLIN | POLLHUP | POLLERR)) != 0;
  if (readable && connection.WantsInput()) connection.ReadInput(answers_);
  if ((events & POLLOUT) != 0 && connection.WantsOutput()) connection.WriteOutput(answers_);
  if (events != 0) changed_.notify_all();
}

void FakeDirectory::Accept() {
  if (!listener_.valid()) return;
  UniqueFd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket.valid()) return;
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connections_.push_back(std::make_unique<FakeDirectoryConnection>(std::move(socket)));
  changed_.notify_all();
}

void FakeDirectory::AllowOpenConnections() {
  std::lock_guard lock(mutex_);
  open_allowed_ = true;
}

void FakeDirectory::SetAutoAnswers(AutoAnswers answers) {
  std::lock_guard lock(mutex_);
  answers_ = answers;
}

void FakeDirectory::Await(const char* what, const std::function<bool()>& condition) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kSafetyLimit, condition)) return;
  ADD_FAILURE() << "the directory waited in vain for " << what;
}

size_t FakeDirectory::LiveLocked() const {
  return std::count_if(connections_.begin(), connections_.end(),
                       [](const auto& connection) { return connection->open(); });
}

void FakeDirectory::AwaitConnections(size_t count) {
  Await("connections", [&] { return connections_.size() >= count; });
}

void FakeDirectory::AwaitNoConnections() {
  Await("the end of all connections", [&] { return LiveLocked() == 0; });
}

void FakeDirectory::AwaitClosed(size_t connection) {
  Await("the end of a connection", [&] {
    return connection < connections_.size() && !connections_[connection]->open();
  });
}

size_t FakeDirectory::accepted_connections() const {
  std::lock_guard lock(mutex_);
  return connections_.size();
}

size_t FakeDirectory::live_connections() const {
  std::lock_guard lock(mutex_);
  return LiveLocked();
}

size_t FakeDirectory::HalfRequestOctets(size_t connection) const {
  std::lock_guard lock(mutex_);
  return connections_.at(connection)->half_request_octets();
}

std::vector<DirectoryRequest> FakeDirectory::Requests(size_t connection) const {
  std::lock_guard lock(mutex_);
  return connections_.at(connection)->requests();
}

size_t FakeDirectory::CountLocked(Kind kind) const {
  size_t count = 0;
  for (const auto& connection : connections_) {
    for (const DirectoryRequest& request : connection->requests()) count += request.kind == kind;
  }
  return count;
}

size_t FakeDirectory::CountRequests(Kind kind) const {
  std::lock_guard lock(mutex_);
  return CountLocked(kind);
}

void FakeDirectory::AwaitRequestCount(Kind kind, size_t count) {
  Await("requests", [&] { return CountLocked(kind) >= count; });
}

DirectoryRequest FakeDirectory::AwaitRequest(size_t connection, Kind kind, size_t nth) {
  return AwaitRequest(
      connection, [kind](const DirectoryRequest& request) { return request.kind == kind; }, nth);
}

DirectoryRequest FakeDirectory::AwaitRequest(
    size_t connection, const std::function<bool(const DirectoryRequest&)>& matches, size_t nth) {
  DirectoryRequest found;
  Await("a request", [&] {
    if (connection >= connections_.size()) return false;
    size_t seen = 0;
    for (const DirectoryRequest& request : connections_[connection]->requests()) {
      if (!matches(request) || seen++ < nth) continue;
      found = request;
      return true;
    }
    return false;
  });
  return found;
}

}  // namespace dirlease::testing
