// The directory's side of one FakeLdapHandle: the test scripts answers here and reads what the
// gateway did. Outlives the handle (shared), so what happened can still be read after Unbind.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/unique_fd.h"
#include "ldap/ldap_handle.h"
#include "support/fake_message.h"

namespace dirlease::testing {

struct SentBind {
  std::string name;
  std::string password;
  std::string mechanism = {};  // empty = simple
  std::optional<std::string> credentials = {};
};
struct SentExtended {
  std::string oid;
  std::optional<std::string> value;
};
struct SentRequest {
  int message_id = 0;
  std::variant<SentBind, SearchRequest, CompareRequest, AddRequest, ModifyRequest, DeleteRequest,
               ModifyDnRequest, SentExtended>
      body;
  std::vector<Control> controls;
};

class FakeLdapPeer {
 public:
  // kMadeUp: a number for ManualEventLoop::Signal, no descriptor. kSocket: one end of a socket pair
  // that is readable while chunks are queued, for real loops; the peer closes its end when the
  // handle is unbound.
  enum class Descriptor { kMadeUp, kSocket };
  explicit FakeLdapPeer(Descriptor descriptor = Descriptor::kMadeUp);

  // --- Script: what arrives. Each call queues one chunk, which one Fill makes available. ---
  void Queue(std::vector<FakeMessage> messages);
  void Queue(FakeMessage message) { Queue(std::vector<FakeMessage>{std::move(message)}); }
  void QueueEof();
  void QueueError();
  size_t queued_chunks() const;
  // Called for each request within the sending call, after it was recorded: it may Queue answers.
  void OnRequest(std::function<void(FakeLdapPeer&, const SentRequest&)> hook);

  // --- Script: what fails. ---
  void FailSends(int error = ldap_code::kServerDown);  // 0 = succeed again
  void FailAbandons();
  void FailFlushes();
  // unsent_octets() says `octets` until OpenOutput and a Flush after it.
  void BlockOutput(size_t octets);
  void OpenOutput();

  // --- What happened. ---
  std::vector<SentRequest> requests() const;
  // The request sent last; fails the test and answers an empty one when there is none.
  SentRequest last_request() const;
  std::vector<int> abandoned() const;
  // In order: "bind 1", "search 2", "compare 3", "modifydn 4", "extended 5", "abandon 2", "unbind".
  std::vector<std::string> history() const;
  size_t CountOf(std::string_view event) const;  // by its first word: "abandon", "unbind" ...
  int unbinds() const { return static_cast<int>(CountOf("unbind")); }
  size_t fills() const;
  // Operations whose final result was not taken and which were not abandoned.
  std::set<int> outstanding() const;
  // Waits until `count` events have that first word; false (and a failed test) after the safety
  // limit.
  bool AwaitCountOf(std::string_view event, size_t count);

  int fd() const { return fd_number_; }

 private:
  friend class FakeLdapHandle;

  struct Chunk {
    LdapHandle::Filled filled = LdapHandle::Filled::kData;
    std::deque<FakeMessage> messages;
  };

  void QueueChunk(Chunk chunk);
  void Record(std::string event);
  size_t CountLocked(std::string_view event) const;

  // The handle's half.
  LdapHandle::Sent Send(SentRequest request, std::string_view name);
  bool Abandon(int message_id);
  LdapHandle::Filled Fill();
  bool has_buffered_input() const;
  LdapHandle::Next TakeNext(absl::FunctionRef<void(const ResponseView&)> callback);
  size_t partial_octets() const;
  bool Flush();
  size_t unsent_octets() const;
  uint64_t written_octets() const;
  UniqueFd Unbind();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Constant after construction.
  int fd_number_;
  // All below guarded by mutex_.
  UniqueFd handle_end_;
  UniqueFd peer_end_;
  std::deque<Chunk> chunks_;
  std::deque<FakeMessage> input_;
  std::function<void(FakeLdapPeer&, const SentRequest&)> hook_;
  int send_error_ = 0;
  bool abandons_fail_ = false;
  bool flushes_fail_ = false;
  bool output_blocked_ = false;
  size_t unsent_ = 0;
  uint64_t written_ = 0;  // an octet for each request
  size_t partial_ = 0;
  size_t fills_ = 0;
  int last_id_ = 0;
  std::set<int> outstanding_;
  std::vector<SentRequest> requests_;
  std::vector<std::string> history_;
};

}  // namespace dirlease::testing
