// What the unary calls of DirectoryService share. See rpc/call.h for their life; the messages they are given live until
// they finish.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/operation.h"
#include "model/requests.h"
#include "rpc/call.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace dirlease {

// One LDAP operation with one answer.
class OperationCall : public UnaryCall, protected OperationSink {
 public:
  void Run() override;
  void Cancel() override { End(EndCause::kCancelled); }
  // Ends what runs of it with `cause`; its status follows within. Nothing once it has finished.
  void End(EndCause cause);
  // See Operation. Nothing while none runs.
  void SetPaused(bool paused);

 protected:
  // `method` is constant text. `session` and `operation_id` are the message's fields.
  OperationCall(SessionManager& manager, CallInfo info, Responder& responder, const char* method,
                const google::protobuf::Message& message, Outcome<OperationRequest> request,
                const std::string& session, const std::string& operation_id);

  // For requests without such a field.
  static const std::string& NoOperationId();
  // A success without its entry.
  static Failure EntryNotShown(const char* message) {
    return {.code = absl::StatusCode::kNotFound, .reason = "ENTRY_NOT_SHOWN", .message = message};
  }

  // REQUIRES: an operation of ours runs, or just ended.
  const Session::Facts& facts() const { return session_->facts(); }
  // What was collected for the answer, in the budget until the call is over.
  void ChargeResponse(size_t octets) { response_charges_.emplace_back(manager_.budget(), octets); }
  // It is more than one message carries.
  void EndTooLarge();
  // Of the operation that ended.
  absl::Duration upstream_time() const { return upstream_time_; }
  RpcStatus TooLarge() const { return StatusFromEnd({.cause = EndCause::kEntryTooLarge}, context_); }

 private:
  // How the call ends with that, if nothing else goes wrong.
  virtual RpcStatus StatusOf(const OperationEnd& end) { return StatusFromEnd(end, context_); }
  // The directory's answer, a success by StatusOf. Anything but OK fails the call all the same.
  virtual RpcStatus FillResponse(const OperationEnd& end) = 0;
  // Another operation that the answer needs, instead of FillResponse; it goes by the same id.
  virtual std::optional<OperationRequest> NextRequest() { return std::nullopt; }
  void OnEnd(const OperationEnd& end) override;
  // False: it could not begin, and the call is finished.
  bool Begin(OperationRequest request, const std::string& id);

  const char* const method_;
  Outcome<OperationRequest> request_;
  std::vector<BudgetCharge> response_charges_;
  const std::string& session_field_;
  const std::string& operation_id_field_;
  Session* session_ = nullptr;      // while an operation of ours runs
  Operation* operation_ = nullptr;  // while it runs
  absl::Duration upstream_time_;
};

}  // namespace dirlease
