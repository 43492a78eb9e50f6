#include "support/fake_ldap_peer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "support/fake_response_view.h"
#include "support/limits.h"

namespace dirlease::testing {

namespace {

// Far above any descriptor limit, so that a real system call on it can only fail.
std::atomic<int> next_made_up_fd{1'000'000'000};

bool HasFirstWord(std::string_view event, std::string_view word) {
  return event.substr(0, event.find(' ')) == word;
}

}  // namespace

FakeLdapPeer::FakeLdapPeer(Descriptor descriptor) {
  if (descriptor == Descriptor::kMadeUp) {
    fd_number_ = next_made_up_fd++;
    return;
  }
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) abort();
  handle_end_.Reset(ends[0]);
  peer_end_.Reset(ends[1]);
  fd_number_ = ends[0];
}

void FakeLdapPeer::Queue(std::vector<FakeMessage> messages) {
  Chunk chunk;
  chunk.messages.assign(std::make_move_iterator(messages.begin()),
                        std::make_move_iterator(messages.end()));
  QueueChunk(std::move(chunk));
}

void FakeLdapPeer::QueueEof() { QueueChunk({.filled = LdapHandle::Filled::kEof, .messages = {}}); }

void FakeLdapPeer::QueueError() {
  QueueChunk({.filled = LdapHandle::Filled::kError, .messages = {}});
}

// One octet in the socket pair stands for one chunk, so that level-triggered polling sees the
// queue.
void FakeLdapPeer::QueueChunk(Chunk chunk) {
  std::lock_guard lock(mutex_);
  chunks_.push_back(std::move(chunk));
  if (peer_end_.valid()) (void)!send(peer_end_.get(), "", 1, MSG_NOSIGNAL);
}

size_t FakeLdapPeer::queued_chunks() const {
  std::lock_guard lock(mutex_);
  return chunks_.size();
}

void FakeLdapPeer::OnRequest(std::function<void(FakeLdapPeer&, const SentRequest&)> hook) {
  std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

void FakeLdapPeer::FailSends(int error) {
  std::lock_guard lock(mutex_);
  send_error_ = error;
}

void FakeLdapPeer::FailAbandons() {
  std::lock_guard lock(mutex_);
  abandons_fail_ = true;
}

void FakeLdapPeer::FailFlushes() {
  std::lock_guard lock(mutex_);
  flushes_fail_ = true;
}

void FakeLdapPeer::BlockOutput(size_t octets) {
  std::lock_guard lock(mutex_);
  output_blocked_ = true;
  unsent_ = octets;
}

void FakeLdapPeer::OpenOutput() {
  std::lock_guard lock(mutex_);
  output_blocked_ = false;
}

std::vector<SentRequest> FakeLdapPeer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

SentRequest FakeLdapPeer::last_request() const {
  std::lock_guard lock(mutex_);
  if (!requests_.empty()) return requests_.back();
  ADD_FAILURE() << "no request was sent";
  return {};
}

std::vector<int> FakeLdapPeer::abandoned() const {
  std::vector<int> ids;
  for (const std::string& event : history()) {
    if (HasFirstWord(event, "abandon")) ids.push_back(std::atoi(event.c_str() + event.find(' ')));
  }
  return ids;
}

std::vector<std::string> FakeLdapPeer::history() const {
  std::lock_guard lock(mutex_);
  return history_;
}

size_t FakeLdapPeer::CountOf(std::string_view event) const {
  std::lock_guard lock(mutex_);
  return CountLocked(event);
}

size_t FakeLdapPeer::CountLocked(std::string_view event) const {
  return std::count_if(history_.begin(), history_.end(),
                       [event](const std::string& line) { return HasFirstWord(line, event); });
}

size_t FakeLdapPeer::fills() const {
  std::lock_guard lock(mutex_);
  return fills_;
}

std::set<int> FakeLdapPeer::outstanding() const {
  std::lock_guard lock(mutex_);
  return outstanding_;
}

bool FakeLdapPeer::AwaitCountOf(std::string_view event, size_t count) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kSafetyLimit, [&] { return CountLocked(event) >= count; })) {
    return true;
  }
  ADD_FAILURE() << "waited for " << count << " of " << event << ", saw " << CountLocked(event);
  return false;
}

void FakeLdapPeer::Record(std::string event) {
  history_.push_back(std::move(event));
  changed_.notify_all();
}

LdapHandle::Sent FakeLdapPeer::Send(SentRequest request, std::string_view name) {
  std::function<void(FakeLdapPeer&, const SentRequest&)> hook;
  {
    std::lock_guard lock(mutex_);
    if (send_error_ != 0) return {.message_id = 0, .error = send_error_};
    request.message_id = ++last_id_;
    outstanding_.insert(request.message_id);
    requests_.push_back(request);
    Record(fmt::format("{} {}", name, request.message_id));
    ++(output_blocked_ ? unsent_ : written_);
    hook = hook_;
  }
  if (hook) hook(*this, request);
  return {.message_id = request.message_id, .error = 0};
}

bool FakeLdapPeer::Abandon(int message_id) {
  std::lock_guard lock(mutex_);
  if (outstanding_.erase(message_id) == 0) {
    ADD_FAILURE() << "Abandon of " << message_id << ", which is not outstanding";
  }
  Record(fmt::format("abandon {}", message_id));
  return !abandons_fail_;
}

LdapHandle::Filled FakeLdapPeer::Fill() {
  std::lock_guard lock(mutex_);
  ++fills_;
  if (!input_.empty()) ADD_FAILURE() << "Fill while input is still buffered";
  if (chunks_.empty()) return LdapHandle::Filled::kWouldBlock;
  // The end of a stream stays: every later Fill sees it again, as on a socket.
  if (chunks_.front().filled != LdapHandle::Filled::kData) return chunks_.front().filled;
  char octet;
  if (handle_end_.valid()) (void)!recv(handle_end_.get(), &octet, 1, 0);
  input_ = std::move(chunks_.front().messages);
  chunks_.pop_front();
  return LdapHandle::Filled::kData;
}

bool FakeLdapPeer::has_buffered_input() const {
  std::lock_guard lock(mutex_);
  return !input_.empty();
}

LdapHandle::Next FakeLdapPeer::TakeNext(absl::FunctionRef<void(const ResponseView&)> callback) {
  FakeMessage message;
  {
    std::lock_guard lock(mutex_);
    if (input_.empty()) return LdapHandle::Next::kNothing;
    message = std::move(input_.front());
    if (message.kind == FakeMessage::Kind::kBroken) return LdapHandle::Next::kBroken;
    input_.pop_front();
    partial_ = message.partial_octets;
    if (message.kind == FakeMessage::Kind::kPartial) return LdapHandle::Next::kNothing;
    const bool unsolicited = message.kind == FakeMessage::Kind::kUnsolicited;
    if (!unsolicited && outstanding_.count(message.message_id) == 0) {
      return message.kind == FakeMessage::Kind::kEntry ? LdapHandle::Next::kSkipped : LdapHandle::Next::kNothing;
    }
    if (message.kind == FakeMessage::Kind::kResult) outstanding_.erase(message.message_id);
  }
  CallWithView(message, callback);
  return LdapHandle::Next::kMessage;
}

size_t FakeLdapPeer::partial_octets() const {
  std::lock_guard lock(mutex_);
  return partial_;
}

bool FakeLdapPeer::Flush() {
  std::lock_guard lock(mutex_);
  if (!output_blocked_) written_ += std::exchange(unsent_, 0);
  return !flushes_fail_;
}

size_t FakeLdapPeer::unsent_octets() const {
  std::lock_guard lock(mutex_);
  return unsent_;
}

uint64_t FakeLdapPeer::written_octets() const {
  std::lock_guard lock(mutex_);
  return written_;
}

UniqueFd FakeLdapPeer::Unbind() {
  std::lock_guard lock(mutex_);
  Record("unbind");
  peer_end_.Reset();
  return std::move(handle_end_);
}

}  // namespace dirlease::testing
