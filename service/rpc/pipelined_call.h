// One call of a pipeline: the OperationCall that the RPC of its name runs, with its request and its response, and the
// replies that become of them. Made on whatever thread the request arrived on; loop thread only from Start. Owned by its
// pipeline, which destroys it in a later turn than it replied in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "rpc/call.h"
#include "rpc/operation_call.h"
#include "rpc/wire_message.h"

namespace dirlease {

namespace v1 {
class PipelineCall;
}  // namespace v1

class PipelinedCall : protected Responder {
 public:
  // The pipeline as its calls see it.
  class Host {
   public:
    // `append` writes one v1.PipelineReply of about so many octets.
    virtual void Reply(size_t octets, absl::FunctionRef<void(WireMessage&)> append) = 0;
    // `call` has something for a reply that is better sent with more: Flush is called before the next write.
    virtual void OnGathers(PipelinedCall& call) = 0;
    // Heap that waits for the caller.
    virtual void Charge(size_t octets) = 0;
    virtual void Refund(size_t octets) = 0;
    // The last reply was given.
    virtual void OnReplied(PipelinedCall& call) = 0;
    // Lives as long as calls are started.
    virtual Session* lease() = 0;
    virtual EventLoop& loop() = 0;

   protected:
    ~Host() = default;
  };

  // `timeout`: of this call; absent = the stream's deadline is enough.
  PipelinedCall(uint64_t id, std::optional<absl::Duration> timeout) : id_(id), timeout_(timeout) {}
  ~PipelinedCall() override = default;
  PipelinedCall(const PipelinedCall&) = delete;
  PipelinedCall& operator=(const PipelinedCall&) = delete;

  uint64_t id() const { return id_; }

  // Once. `waited`: since it was read. May reply within.
  void Start(Host& host, absl::Duration waited);
  // Replies within, unless it has replied.
  void End(EndCause cause) { call().End(cause); }
  void SetPaused(bool paused) { call().SetPaused(paused); }
  // Replies with what it gathered.
  virtual void Flush() {}

 protected:
  Host& host() { return *host_; }

 private:
  virtual OperationCall& call() = 0;
  virtual void ReplyLast(const RpcStatus& status) = 0;

  void AddHeader(std::string_view, std::string_view) override {}
  Session* session() override { return host_->lease(); }
  void Finish(const RpcStatus& status) override;

  const uint64_t id_;
  const std::optional<absl::Duration> timeout_;
  Host* host_ = nullptr;  // since Start
  std::unique_ptr<Timer> timer_;
};

// What the contract names one kind of call, made ready to start.
std::unique_ptr<PipelinedCall> NewPipelinedCall(v1::PipelineCall& call, SessionManager& manager, CallInfo info,
                                                std::optional<absl::Duration> timeout);
// "Search" and so on; null: the contract knows no such call.
const char* MethodOf(const v1::PipelineCall& call);

}  // namespace dirlease
