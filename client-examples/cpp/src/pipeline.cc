#include "dirlease/client/pipeline.h"

#include <google/protobuf/util/time_util.h>

#include <thread>

#include "calls.h"
#include "session.h"

namespace dirlease::client {

using google::protobuf::util::TimeUtil;

// Two threads: one writes what is ready, one reads. While a write waits for flow control the next message grows.
class PipelineStream {
 public:
  explicit PipelineStream(std::shared_ptr<Session> session) : session_(std::move(session)) {
    // A lease that was lost is reopened here, so that no call has to be sent twice.
    session_->Call(session_->sessions(), &v1::SessionService::Stub::KeepAlive, v1::KeepAliveRequest(), {});
    session_->Dress(&context_, {}, std::nullopt);
    stream_ = session_->directory().Pipeline(&context_);
    writer_ = std::thread([this] { Write(); });
    reader_ = std::thread([this] { Read(); });
  }

  ~PipelineStream() {
    if (!reader_.joinable()) return;  // closed
    context_.TryCancel();
    Join();
  }

  Calls& calls() { return calls_; }
  std::chrono::milliseconds timeout() const { return session_->timeout(); }

  void Close() {
    Join();
    if (!status_.ok()) throw ToError(status_);
  }

 private:
  void Write() {
    while (const auto message = calls_.NextMessage()) {
      if (!stream_->Write(*message)) return;  // Broken: the reader learns why.
    }
    stream_->WritesDone();
  }

  void Read() {
    v1::PipelineResponse response;
    while (stream_->Read(&response)) {
      calls_.OnReplies(&response);
      session_->Touch();
    }
    calls_.StopSending();  // Finish may not run beside a write; one under way ends with the stream.
    writer_.join();
    status_ = stream_->Finish();
    calls_.Fail(status_.ok() ? Error(grpc::StatusCode::FAILED_PRECONDITION, "the pipeline is closed") : ToError(status_));
  }

  void Join() {
    calls_.NoMore();
    if (reader_.joinable()) reader_.join();
  }

  const std::shared_ptr<Session> session_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PipelineRequest, v1::PipelineResponse>> stream_;
  Calls calls_;
  grpc::Status status_;
  std::thread writer_;
  std::thread reader_;
};

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
  auto submitted = stream_->calls().Add(std::move(call));
  return {submitted.id, std::move(submitted.answer), answer};
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

void Pipeline::Abandon(std::uint64_t id) { stream_->calls().Abandon(id); }
void Pipeline::Close() { stream_->Close(); }

}  // namespace dirlease::client
