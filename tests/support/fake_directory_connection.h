// One connection of a FakeDirectory: octets in, requests out of them, answers back, and the
// automatic answers. Belongs to FakeDirectory, whose mutex guards it.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "support/directory_request.h"
#include "support/fake_message.h"

namespace dirlease::testing {

// What the directory answers without being told. All off: the test answers everything.
struct AutoAnswers {
  bool binds = false;     // every bind succeeds
  bool root_dse = false;  // base-scope searches of "" get one entry
  bool offers_paging = true;  // in that entry; and searches with the control are paged (RFC 2696)
  // Every other search gets this many entries "cn=N,<its base>" and success; negative: none of it.
  int entries_per_search = -1;
  size_t entry_value_octets = 100;  // of each entry's one long value
  bool compares = false;            // every compare is true
  bool who_am_i = false;            // "dn:" and the last bind's name

  static AutoAnswers All(int entries_per_search);
};

class FakeDirectoryConnection {
 public:
  explicit FakeDirectoryConnection(UniqueFd socket) : socket_(std::move(socket)) {}

  // --- The server thread's half. ---
  int fd() const { return socket_.get(); }
  bool open() const { return socket_.valid(); }
  bool WantsInput() const { return open() && reading_ && !input_ended_; }
  bool WantsOutput() const {
    return open() && !stalled_ && (!output_.empty() || !searches_.empty());
  }
  void ReadInput(const AutoAnswers& answers);
  // Writes what the socket takes, with the next entries of automatic searches behind what was
  // there.
  void WriteOutput(const AutoAnswers& answers);
  void Close() { socket_.Reset(); }

  // --- The test's half. ---
  void Send(const FakeMessage& message);
  void SendRaw(std::string_view octets) { output_ += octets; }
  // All that is sent from now on leaves octet by octet, each by a system call and turn of its own.
  void Dribble() { dribble_ = true; }
  void SetReading(bool reading) { reading_ = reading; }
  void SetStalled(bool stalled) { stalled_ = stalled; }
  void HoldAfterUnbind() { hold_after_unbind_ = true; }
  void HalfClose();
  // Closes with a reset (RST) instead of an end (FIN).
  void Reset();

  const std::vector<DirectoryRequest>& requests() const { return requests_; }
  // The client closed its side; what it had sent of an incomplete request by then.
  bool input_ended() const { return input_ended_; }
  size_t half_request_octets() const { return input_.size(); }
  bool not_ldap() const { return not_ldap_; }
  size_t unsent_octets() const { return output_.size(); }

 private:
  // An automatic search that is being answered.
  struct RunningSearch {
    DirectoryRequest request;
    int next = 0;  // the entry to send
    int end = 0;   // of this page
  };

  void TakeRequests(const AutoAnswers& answers);
  void Handle(const DirectoryRequest& request, const AutoAnswers& answers);
  void AnswerSearch(const DirectoryRequest& request, const AutoAnswers& answers);
  void AnswerRootDse(int message_id, bool offers_paging);
  void Advance(const AutoAnswers& answers);
  void FinishSearch(const RunningSearch& search, const AutoAnswers& answers);

  UniqueFd socket_;
  bool reading_ = true;
  bool stalled_ = false;
  bool dribble_ = false;
  bool hold_after_unbind_ = false;
  bool half_close_ = false;
  bool input_ended_ = false;
  bool not_ldap_ = false;
  std::string input_;
  std::string output_;
  std::string bound_name_;
  std::vector<DirectoryRequest> requests_;
  std::map<int, DirectoryRequest::Kind> kinds_;
  std::list<RunningSearch> searches_;
};

}  // namespace dirlease::testing
