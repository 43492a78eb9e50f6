#include "dirlease/client/pipeline.h"

#include <google/protobuf/util/time_util.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

#include "calls.h"
#include "session.h"

namespace dirlease::client {

using google::protobuf::util::TimeUtil;

// One thread on a completion queue of its own serves both directions, which is what costs least: with the synchronous calls'
// two threads, or with those of the callback API, each event has one of them wake another. While a message is on its way, the
// next one grows.
class PipelineStream {
 public:
  explicit PipelineStream(std::shared_ptr<Session> session) : session_(std::move(session)) {
    // A lease that was lost is reopened here, so that no call has to be sent twice.
    session_->Call(session_->sessions(), &v1::SessionService::Stub::KeepAlive, v1::KeepAliveRequest(), {});
    session_->Dress(&context_, {}, std::nullopt);
    stream_ = session_->directory().PrepareAsyncPipeline(&context_, &queue_);
    stream_->StartCall(TagOf(Event::kStart));
    Event ignored;
    Next(&ignored);
    stream_->Read(&response_, TagOf(Event::kRead));
    thread_ = std::thread([this] { Serve(); });
  }

  ~PipelineStream() {
    context_.TryCancel();
    Join();
  }

  std::chrono::milliseconds timeout() const { return session_->timeout(); }
  const std::shared_ptr<Calls>& calls() { return calls_; }

  // Sends what is ready, unless a message is on its way: its end does so.
  void Flush() {
    switch (calls_->Next(&request_)) {
      case Calls::Step::kWrite: return stream_->Write(request_, TagOf(Event::kWrite));
      case Calls::Step::kHalfClose: return stream_->WritesDone(TagOf(Event::kWrite));
      case Calls::Step::kRelease: return EndHalf();
      case Calls::Step::kNothing: return;
    }
  }

  void Close() {
    Join();
    if (!status_.ok()) throw ToError(status_);
  }

 private:
  enum class Event : std::intptr_t { kStart = 1, kRead, kWrite, kFinish };
  static void* TagOf(Event event) { return reinterpret_cast<void*>(event); }

  bool Next(Event* event) {
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    *event = static_cast<Event>(reinterpret_cast<std::intptr_t>(tag));
    return ok;
  }

  void Serve() {
    for (Event event = Event::kStart; event != Event::kFinish;) {
      const bool ok = Next(&event);
      if (event == Event::kRead) OnRead(ok);
      if (event == Event::kWrite) {
        calls_->Written(ok);
        Flush();
      }
    }
    queue_.Shutdown();
    calls_->Fail(status_.ok() ? Error(grpc::StatusCode::FAILED_PRECONDITION, "the pipeline is closed") : ToError(status_));
  }

  void OnRead(bool ok) {
    if (ok) {
      calls_->OnReplies(&response_);
      session_->Touch();
      return stream_->Read(&response_, TagOf(Event::kRead));
    }
    calls_->StopSending();
    Flush();
    EndHalf();
  }

  // Of the stream: reading or writing. Finish may not run beside either.
  void EndHalf() {
    if (halves_.fetch_sub(1) == 1) stream_->Finish(&status_, TagOf(Event::kFinish));
  }

  // Whoever comes second waits for the first.
  void Join() {
    calls_->NoMore();
    Flush();
    std::lock_guard lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  const std::shared_ptr<Session> session_;
  const std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::PipelineRequest, v1::PipelineResponse>> stream_;
  v1::PipelineRequest request_;
  v1::PipelineResponse response_;
  grpc::Status status_;
  std::atomic<int> halves_{2};
  std::thread thread_;
  std::mutex join_mutex_;
};

v1::PipelineReply PendingReply::Take() { return calls_->Take(answer_.get()); }

Pipeline::Pipeline(std::shared_ptr<Session> session) : stream_(std::make_unique<PipelineStream>(std::move(session))) {}
Pipeline::~Pipeline() = default;
Pipeline::Pipeline(Pipeline&&) noexcept = default;

template <typename Response, typename Request>
Pending<Response> Pipeline::SubmitAs(Request request, Request* (v1::PipelineCall::*field)(),
                                     Response* (v1::PipelineReply::*answer)(), const CallOptions& options) {
  v1::PipelineCall call;
  *(call.*field)() = std::move(request);
  const auto timeout = options.timeout.value_or(stream_->timeout());
  *call.mutable_timeout() = TimeUtil::MillisecondsToDuration(timeout.count());
  const auto& calls = stream_->calls();
  auto [id, pending] = calls->Add(std::move(call));
  stream_->Flush();
  return {PendingReply(id, calls, std::move(pending)), answer};
}

#define DIRLEASE_SUBMIT(Operation, field)                                                                              \
  Pending<v1::Operation##Response> Pipeline::Submit(v1::Operation##Request request, const CallOptions& options) {      \
    return SubmitAs(std::move(request), &v1::PipelineCall::mutable_##field, &v1::PipelineReply::mutable_##field, options); \
  }
DIRLEASE_SUBMIT(GetEntry, get_entry)
DIRLEASE_SUBMIT(Search, search)
DIRLEASE_SUBMIT(Compare, compare)
DIRLEASE_SUBMIT(Add, add)
DIRLEASE_SUBMIT(Modify, modify)
DIRLEASE_SUBMIT(Delete, delete_entry)
DIRLEASE_SUBMIT(ModifyDn, modify_dn)
DIRLEASE_SUBMIT(Extended, extended)
DIRLEASE_SUBMIT(WhoAmI, who_am_i)
DIRLEASE_SUBMIT(ChangePassword, change_password)
#undef DIRLEASE_SUBMIT

void Pipeline::Abandon(std::uint64_t id) {
  stream_->calls()->Abandon(id);
  stream_->Flush();
}
void Pipeline::Close() { stream_->Close(); }

}  // namespace dirlease::client
