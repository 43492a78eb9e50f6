// A caller of the gateway for tests, free of gRPC in its header: tests that use it compile fast.
// The calls are raw: messages are sent and read when the test says so, never ahead, so a test can
// be the reader that does not read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dirlease/v1/directory_service.pb.h"
#include "dirlease/v1/session_service.pb.h"
#include "support/grpc/call_end.h"

namespace dirlease::testing {

struct CallOptions {
  std::string token;  // goes into metadata; empty = none
  std::optional<absl::Duration> deadline = {};  // from now
  std::string second_token = {};  // once more the same header
  std::string traceparent = {};            // W3C Trace Context; empty = none
};

// One RPC of any kind. One thread uses it; Cancel is thread-safe.
class ClientCall {
 public:
  // Cancels a call that still runs and waits for its end.
  ~ClientCall();

  void Write(const google::protobuf::Message& message);  // client streams
  void WritesDone();
  // Waits for the next message; false: none comes any more.
  bool Read(google::protobuf::Message& message);
  void Cancel();
  // Takes what was not read and waits for the status. May be called again.
  const CallEnd& Finish();
  // Waits for the response's headers: this one, or empty.
  std::string Header(const std::string& key);

 private:
  friend class Client;
  class Reactor;
  explicit ClientCall(std::unique_ptr<Reactor> reactor);

  std::unique_ptr<Reactor> reactor_;
  std::optional<CallEnd> end_;
};

// A channel of its own. Thread-safe. Calls must not outlive it.
class Client {
 public:
  struct Tls {
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
  };

  // Over one plaintext connection that this client holds in its hand, see BreakConnection.
  explicit Client(const std::string& address);
  Client(const std::string& address, const Tls& tls);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The method is that of SessionService or DirectoryService whose request this is.
  std::unique_ptr<ClientCall> Start(const google::protobuf::Message& request,
                                    const CallOptions& options = {});
  // By name ("/package.Service/Method"), nothing written yet.
  std::unique_ptr<ClientCall> StartMethod(const std::string& method,
                                          const CallOptions& options = {});
  // A unary call from start to end. `response` may be null.
  CallEnd Call(const google::protobuf::Message& request, google::protobuf::Message* response,
               const CallOptions& options = {});
  CallEnd CallMethod(const std::string& method, const google::protobuf::Message& request,
                     google::protobuf::Message* response);

  // A lease; fails the test when none is granted (the response is empty then).
  v1::OpenSessionResponse Open(const v1::OpenSessionRequest& request = {});
  // Unbinds and expects that it was active.
  v1::UnbindResponse Unbind(const std::string& token);

  // The connection dies as if the client's host had: both directions at once. Plaintext only.
  void BreakConnection();

 private:
  struct Channel;
  std::unique_ptr<Channel> channel_;
};

v1::OpenSessionRequest SimpleBindRequest(const std::string& dn, const std::string& password);

// All of a search's messages in one, and its end.
struct SearchOutcome {
  v1::SearchResponse all;
  int messages = 0;
  CallEnd end;
};
SearchOutcome ReadAll(ClientCall& call);
SearchOutcome RunSearch(Client& client, const v1::SearchRequest& request, const std::string& token);

// What health answers for a service's name: 1 = SERVING, 2 = NOT_SERVING; negative = it knows none
// such.
int HealthOf(Client& client, const std::string& service);

}  // namespace dirlease::testing
