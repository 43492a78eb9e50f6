#include <grpcpp/grpcpp.h>

#include <deque>
#include <mutex>
#include <optional>

#include "bench/load/leases.h"
#include "bench/load/load.h"
#include "bench/load/requests.h"
#include "dirlease/v1/directory_service.grpc.pb.h"

namespace dirlease::bench {
namespace {

// Calls of one slot, one after the other. Its address is the tag of what it waits for.
class SlotCall {
 public:
  SlotCall(v1::DirectoryService::Stub& stub, grpc::CompletionQueue& queue, size_t slot,
           const std::string& token)
      : stub_(stub), queue_(queue), token_(token) {
    answer_.slot = slot;
  }

  void Start(const Operation& operation) {
    // They lie in memory of the call, which ends with its context.
    get_entry_.reset();
    compare_.reset();
    search_.reset();
    context_.emplace();
    context_->AddMetadata(kLeaseHeader, token_);
    answer_.entries = 0;
    answer_.first_entry = {};
    kind_ = operation.kind;
    if (kind_ == Operation::Kind::kRead) {
      v1::GetEntryRequest request;
      Fill(operation, request);
      get_entry_ = stub_.AsyncGetEntry(&*context_, request, &queue_);
      get_entry_->Finish(&entry_, &status_, this);
    } else if (kind_ == Operation::Kind::kCompare) {
      v1::CompareRequest request;
      Fill(operation, request);
      compare_ = stub_.AsyncCompare(&*context_, request, &queue_);
      compare_->Finish(&compared_, &status_, this);
    } else {
      v1::SearchRequest request;
      Fill(operation, request);
      finishing_ = false;
      search_ = stub_.PrepareAsyncSearch(&*context_, request, &queue_);
      search_->StartCall(nullptr);
      search_->Read(&found_, this);
    }
  }

  // Something of it happened: its answer, if that was the end.
  const Answer* Proceed(bool ok) {
    if (kind_ == Operation::Kind::kRead) {
      answer_.entries = 1;
    } else if (kind_ != Operation::Kind::kCompare && !finishing_) {
      if (!ok) {
        finishing_ = true;
        search_->Finish(&status_, this);
        return nullptr;
      }
      if (answer_.entries == 0 && found_.entries_size() > 0) answer_.first_entry = Clock::now();
      answer_.entries += found_.entries_size();
      search_->Read(&found_, this);
      return nullptr;
    }
    answer_.ok = status_.ok();
    return &answer_;
  }

 private:
  v1::DirectoryService::Stub& stub_;
  grpc::CompletionQueue& queue_;
  const std::string& token_;
  Answer answer_;
  Operation::Kind kind_ = Operation::Kind::kRead;
  bool finishing_ = false;
  grpc::Status status_;
  v1::GetEntryResponse entry_;
  v1::CompareResponse compared_;
  v1::SearchResponse found_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::GetEntryResponse>> get_entry_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::CompareResponse>> compare_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::SearchResponse>> search_;
};

// One completion queue, taken from by one thread: gRPC's cheapest way in 1.51, since no other
// thread has to be woken.
class Calls final : public Load {
 public:
  explicit Calls(const Options& options)
      : leases_(options), stub_(v1::DirectoryService::NewStub(leases_.channel())) {}
  ~Calls() override {
    queue_.Shutdown();
    void* tag = nullptr;
    for (bool ok = false; queue_.Next(&tag, &ok);) {
    }
  }

  void Start(size_t slot, const Operation& operation) override { At(slot).Start(operation); }

  void Take(Clock::time_point until, const Answered& answered) override {
    const auto wall =
        std::chrono::system_clock::now() +
        std::chrono::duration_cast<std::chrono::system_clock::duration>(until - Clock::now());
    void* tag = nullptr;
    bool ok = false;
    while (queue_.AsyncNext(&tag, &ok, wall) == grpc::CompletionQueue::GOT_EVENT) {
      if (tag == nullptr) continue;  // the start of a stream
      if (const Answer* answer = static_cast<SlotCall*>(tag)->Proceed(ok)) {
        answered(Answer(*answer));
        return;
      }
    }
  }

  bool StartsFromAnyThread() const override { return true; }

 private:
  SlotCall& At(size_t slot) {
    const std::lock_guard lock(mutex_);
    while (calls_.size() <= slot)
      calls_.emplace_back(*stub_, queue_, calls_.size(), leases_.token(calls_.size()));
    return calls_[slot];
  }

  Leases leases_;
  const std::unique_ptr<v1::DirectoryService::Stub> stub_;
  grpc::CompletionQueue queue_;
  std::mutex mutex_;
  std::deque<SlotCall> calls_;
};

}  // namespace

std::unique_ptr<Load> CallsLoad(const Options& options) { return std::make_unique<Calls>(options); }

}  // namespace dirlease::bench
