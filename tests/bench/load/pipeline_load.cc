#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <vector>

#include "bench/load/leases.h"
#include "bench/load/load.h"
#include "bench/load/requests.h"
#include "dirlease/v1/directory_service.grpc.pb.h"

namespace dirlease::bench {
namespace {

// One stream. Calls that are started while a write is outstanding go with the next one. Call ids
// are slots + 1.
class Stream {
 public:
  enum class Happened { kStarted, kRead, kWritten };
  struct Tag {
    Stream* stream;
    Happened what;
  };

  Stream(v1::DirectoryService::Stub& stub, grpc::CompletionQueue& queue, const std::string& token) {
    context_.AddMetadata(kLeaseHeader, token);
    stream_ = stub.PrepareAsyncPipeline(&context_, &queue);
    stream_->StartCall(&started_);
    stream_->Read(&replies_, &read_);
  }

  void Start(size_t slot, const Operation& operation) {
    const std::lock_guard lock(mutex_);
    v1::PipelineCall& call = *next_.add_calls();
    call.set_id(slot + 1);
    switch (operation.kind) {
      case Operation::Kind::kRead:
        Fill(operation, *call.mutable_get_entry());
        break;
      case Operation::Kind::kCompare:
        Fill(operation, *call.mutable_compare());
        break;
      default:
        Fill(operation, *call.mutable_search());
    }
    if (running_.size() <= slot) running_.resize(slot + 1);
    running_[slot] = {.slot = slot, .entries = 0, .ok = false, .first_entry = {}};
  }

  void Flush() {
    const std::lock_guard lock(mutex_);
    WriteNext();
  }

  // False: the stream is over.
  bool Proceed(Happened what, bool ok, const Load::Answered& answered) {
    if (!ok) return false;
    if (what == Happened::kRead) {
      for (const v1::PipelineReply& reply : replies_.replies()) Note(reply, answered);
      stream_->Read(&replies_, &read_);
      return true;
    }
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (what == Happened::kWritten) written_.clear_calls();
    WriteNext();
    return true;
  }

  void Cancel() { context_.TryCancel(); }
  void Finish(grpc::Status& status, void* tag) { stream_->Finish(&status, tag); }

 private:
  void WriteNext() {
    if (writing_ || next_.calls_size() == 0) return;
    writing_ = true;
    written_.Swap(&next_);
    stream_->Write(written_, &wrote_);
  }

  void Note(const v1::PipelineReply& reply, const Load::Answered& answered) {
    Answer ended;
    {
      const std::lock_guard lock(mutex_);
      Answer& answer = running_[reply.id() - 1];
      const int entries = reply.search().entries_size() + (reply.has_get_entry() ? 1 : 0);
      if (answer.entries == 0 && entries > 0) answer.first_entry = Clock::now();
      answer.entries += entries;
      if (!reply.has_status()) return;
      answer.ok = reply.status().code() == 0;
      ended = answer;
    }
    answered(ended);
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::PipelineRequest, v1::PipelineResponse>> stream_;
  Tag started_{this, Happened::kStarted}, read_{this, Happened::kRead},
      wrote_{this, Happened::kWritten};
  v1::PipelineResponse replies_;
  std::mutex mutex_;
  bool writing_ = true;  // until the stream has started
  v1::PipelineRequest next_, written_;
  std::vector<Answer> running_;
};

class Pipelines final : public Load {
 public:
  explicit Pipelines(const Options& options)
      : leases_(options), stub_(v1::DirectoryService::NewStub(leases_.channel())) {
    for (int i = 0; i < options.connections; ++i) {
      streams_.emplace_back(*stub_, queue_, leases_.token(static_cast<size_t>(i)));
    }
  }
  ~Pipelines() override {
    std::deque<grpc::Status> ends(streams_.size());
    for (size_t i = 0; i < streams_.size(); ++i) {
      streams_[i].Cancel();
      streams_[i].Finish(ends[i], nullptr);
    }
    queue_.Shutdown();
    void* tag = nullptr;
    for (bool ok = false; queue_.Next(&tag, &ok);) {
    }
  }

  void Start(size_t slot, const Operation& operation) override {
    streams_[slot % streams_.size()].Start(slot, operation);
  }
  void Flush() override {
    for (Stream& stream : streams_) stream.Flush();
  }

  void Take(Clock::time_point until, const Answered& answered) override {
    const auto wall =
        std::chrono::system_clock::now() +
        std::chrono::duration_cast<std::chrono::system_clock::duration>(until - Clock::now());
    void* raw = nullptr;
    bool ok = false;
    while (queue_.AsyncNext(&raw, &ok, wall) == grpc::CompletionQueue::GOT_EVENT) {
      const auto& tag = *static_cast<Stream::Tag*>(raw);
      if (!tag.stream->Proceed(tag.what, ok, answered)) {
        std::fprintf(stderr, "bench_load: a pipeline ended\n");
        std::exit(1);
      }
      if (tag.what == Stream::Happened::kRead) return;
    }
  }

  bool StartsFromAnyThread() const override { return true; }

 private:
  Leases leases_;
  const std::unique_ptr<v1::DirectoryService::Stub> stub_;
  grpc::CompletionQueue queue_;
  std::deque<Stream> streams_;
};

}  // namespace

std::unique_ptr<Load> PipelineLoad(const Options& options) {
  return std::make_unique<Pipelines>(options);
}

}  // namespace dirlease::bench
