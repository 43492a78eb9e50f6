// An LDAP server on a loopback socket that does what the test says, faults included: its own thread
// reads and writes, the test thread scripts. Connections are named by number, in order of arrival
// from 0. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "support/directory_request.h"
#include "support/fake_directory_connection.h"
#include "support/fake_message.h"

namespace dirlease::testing {

class FakeDirectory {
 public:
  using Kind = DirectoryRequest::Kind;

  explicit FakeDirectory(AutoAnswers answers = {});
  // Fails the test when a client has left a connection open (unless allowed) or has sent what is no
  // LDAP.
  ~FakeDirectory();

  int port() const { return port_; }
  std::string uri() const;
  void AllowOpenConnections();
  // From the next request on.
  void SetAutoAnswers(AutoAnswers answers);

  // --- Connections. ---
  // An Await returns when it is so; after the safety limit the test has failed.
  void AwaitConnections(size_t count);  // so many were accepted
  void AwaitNoConnections();            // none is open
  void AwaitClosed(size_t connection);
  size_t accepted_connections() const;
  size_t live_connections() const;
  // Octets of a request whose rest never came, when the client closed.
  size_t HalfRequestOctets(size_t connection) const;

  // --- Requests, in order of arrival. ---
  std::vector<DirectoryRequest> Requests(size_t connection) const;
  // How many of that kind there are, on all connections.
  size_t CountRequests(Kind kind) const;
  // Waits for the nth (from 0) request that matches and answers it; an empty one after the limit.
  DirectoryRequest AwaitRequest(size_t connection, Kind kind, size_t nth = 0);
  DirectoryRequest AwaitRequest(size_t connection,
                                const std::function<bool(const DirectoryRequest&)>& matches,
                                size_t nth = 0);
  void AwaitRequestCount(Kind kind, size_t count);

  // --- Answers and faults. What was sent before leaves first. ---
  void Send(size_t connection, const FakeMessage& message);
  void SendRaw(size_t connection, std::string_view octets);
  void SendNoticeOfDisconnection(size_t connection, int code, std::string text);
  // The header of a message that claims `octets` octets of content, which do not follow.
  void SendLyingLength(size_t connection, uint32_t octets);
  void Dribble(size_t connection);  // from now on octet by octet
  // Nor is the client's end noticed then: resume before the fixture goes, or allow open
  // connections.
  void StopReading(size_t connection);
  void ResumeReading(size_t connection);
  void StopWriting(size_t connection);
  void ResumeWriting(size_t connection);
  void HoldAfterUnbind(size_t connection);  // the socket stays open until the client's end or Close
  void HalfClose(size_t connection);        // after what is still to be sent
  void Close(size_t connection);            // at once: FIN, or RST when input was not read
  void Reset(size_t connection);            // at once: RST
  // Closes the listening socket: later connects are refused.
  void StopListening();

 private:
  void Run();
  void PollOnce();
  void Accept();
  void Wake();
  void StepConnection(FakeDirectoryConnection& connection, short events);
  size_t LiveLocked() const;
  size_t CountLocked(Kind kind) const;
  // Calls `change` with the connection under the lock, waiting for its arrival if need be.
  void With(size_t connection, const std::function<void(FakeDirectoryConnection&)>& change);
  void Await(const char* what, const std::function<bool()>& condition);

  int port_ = 0;
  UniqueFd wakeup_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  UniqueFd listener_;
  AutoAnswers answers_;
  bool stopping_ = false;
  bool open_allowed_ = false;
  std::vector<std::unique_ptr<FakeDirectoryConnection>> connections_;

  std::thread thread_;
};

}  // namespace dirlease::testing
