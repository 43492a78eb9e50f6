// An RPC with a streamed answer, from its request to its stream. Life as in rpc/call.h; loop thread only, but for
// construction.
#pragma once

#include <cstddef>
#include <string>

#include "model/requests.h"
#include "rpc/call.h"
#include "rpc/message_stream.h"

namespace dirlease {

class StreamCall {
 public:
  virtual ~StreamCall() = default;
  StreamCall(const StreamCall&) = delete;
  StreamCall& operator=(const StreamCall&) = delete;

  void Start();
  void OnWriteDone(bool ok) { stream().OnWriteDone(ok); }
  // The caller cancelled, its deadline passed or its connection died. Possibly after the end.
  void Cancel() { stream().OnCancel(); }

 protected:
  // `method` is constant text. `session` and `operation_id` are the message's fields, `request_octets` its size.
  StreamCall(SessionManager& manager, CallInfo info, const char* method, std::string session,
             std::string operation_id, size_t request_octets, Outcome<OperationRequest> request);

  MessageStream::Surroundings Surroundings() const;

 private:
  virtual MessageStream& stream() = 0;
  // A failure is why it could not begin.
  std::optional<Failure> Begin();

  SessionManager& manager_;
  const CallInfo info_;
  const char* const method_;
  const std::string session_field_;
  const std::string operation_id_;
  const size_t request_octets_;
  Outcome<OperationRequest> request_;
  BudgetCharge request_charge_;
};

}  // namespace dirlease
