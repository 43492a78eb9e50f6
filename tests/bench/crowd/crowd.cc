#include "bench/crowd/crowd.h"

#include <cstdio>
#include <cstdlib>
#include <functional>

namespace dirlease::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kAtOnce = 64;  // unary calls
constexpr char kLease[] = "ldap-session";

std::string Name(const grpc::Status& status) {
  if (status.ok()) return "OK";
  return "code " + std::to_string(status.error_code()) + ": " + status.error_message();
}

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

template <typename Request, typename Response>
class Crowd::UnaryCall final : public Waiting {
 public:
  using Done = std::function<void(const grpc::Status&, const Response&)>;

  explicit UnaryCall(Done done) : done_(std::move(done)) {}
  // `method` is one of a stub's Async... ones.
  template <typename Stub, typename Method>
  void Start(Stub& stub, Method method, const Request& request, const std::string& token,
             grpc::CompletionQueue& queue) {
    if (!token.empty()) context_.AddMetadata(kLease, token);
    call_ = (stub.*method)(&context_, request, &queue);
    call_->Finish(&response_, &status_, static_cast<Waiting*>(this));
  }
  bool Proceed(bool) override {
    done_(status_, response_);
    return false;
  }

 private:
  const Done done_;
  grpc::ClientContext context_;
  grpc::Status status_;
  Response response_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> call_;
};

// Of messages that do not matter.
class Crowd::Stream final : public Waiting {
 public:
  explicit Stream(const std::string& token) { context_.AddMetadata(kLease, token); }

  void Hold(v1::SessionService::Stub& stub, grpc::CompletionQueue& queue) {
    hold_ = stub.PrepareAsyncHoldSession(&context_, v1::HoldSessionRequest(), &queue);
    hold_->StartCall(nullptr);
    hold_->Read(&event_, static_cast<Waiting*>(this));
  }
  void SearchAll(v1::DirectoryService::Stub& stub, grpc::CompletionQueue& queue) {
    v1::SearchRequest request;
    request.set_base_dn("ou=people,dc=example,dc=com");
    request.set_filter("(objectClass=inetOrgPerson)");
    search_ = stub.PrepareAsyncSearch(&context_, request, &queue);
    search_->StartCall(nullptr);
    search_->Read(&entries_, static_cast<Waiting*>(this));
  }

  bool Proceed(bool ok) override {
    if (finishing_) {
      over_ = true;
      return true;
    }
    if (!ok) {
      Finish();
    } else if (hold_) {
      hold_->Read(&event_, static_cast<Waiting*>(this));
    } else {
      stalled_ = true;
    }
    return true;
  }

  bool over() const { return over_; }
  const grpc::Status& status() const { return status_; }
  void Cancel() {
    context_.TryCancel();
    if (stalled_ && !finishing_) Finish();
  }
  // Of a stalled stream: reads on, so that an end that the gateway gave it is seen.
  void ReadOn() {
    if (!stalled_ || finishing_) return;
    stalled_ = false;
    Finish();
  }

 private:
  void Finish() {
    finishing_ = true;
    if (hold_) {
      hold_->Finish(&status_, static_cast<Waiting*>(this));
    } else {
      search_->Finish(&status_, static_cast<Waiting*>(this));
    }
  }

  grpc::ClientContext context_;
  grpc::Status status_;
  bool finishing_ = false, over_ = false, stalled_ = false;
  v1::HoldSessionResponse event_;
  v1::SearchResponse entries_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::HoldSessionResponse>> hold_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::SearchResponse>> search_;
};

Crowd::Crowd(CrowdOptions options) : options_(std::move(options)) {
  for (size_t i = 0; i < options_.channels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel =
        grpc::CreateCustomChannel(options_.address, grpc::InsecureChannelCredentials(), arguments);
    sessions_.push_back(v1::SessionService::NewStub(channel));
    directories_.push_back(v1::DirectoryService::NewStub(channel));
  }
}

Crowd::~Crowd() {
  queue_.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue_.Next(&tag, &ok);) {
  }
}

void Crowd::Take(Clock::time_point until, size_t running) {
  const auto wall =
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(until - Clock::now());
  void* tag = nullptr;
  bool ok = false;
  while (running_ > running &&
         queue_.AsyncNext(&tag, &ok, wall) == grpc::CompletionQueue::GOT_EVENT) {
    auto* const waiting = static_cast<Waiting*>(tag);
    if (waiting == nullptr || waiting->Proceed(ok)) continue;
    delete waiting;
    --running_;
  }
}

void Crowd::TakeAllBut(size_t running) { Take(Clock::now() + std::chrono::minutes(10), running); }

void Crowd::Rest(double seconds) {
  ++running_;  // nothing that could end: it is the time that ends this
  Take(Clock::now() + Seconds(seconds), 0);
  --running_;
}

void Crowd::Open(size_t count) {
  v1::OpenSessionRequest request;
  request.mutable_ttl()->set_seconds(options_.ttl_seconds);
  if (!options_.bind_dn.empty()) {
    request.mutable_credentials()->mutable_simple()->set_dn(options_.bind_dn);
    request.mutable_credentials()->mutable_simple()->set_password(options_.password);
  }
  for (size_t i = 0; i < count; ++i) {
    request.set_target(options_.targets[i % options_.targets.size()]);
    const size_t lease = tokens_.size();
    tokens_.emplace_back();
    auto* const call = new UnaryCall<v1::OpenSessionRequest, v1::OpenSessionResponse>(
        [this, lease](const grpc::Status& status, const v1::OpenSessionResponse& response) {
          if (!status.ok()) {
            std::fprintf(stderr, "bench_crowd: lease %zu: %s\n", lease, Name(status).c_str());
            std::exit(1);
          }
          tokens_[lease] = response.token();
        });
    ++running_;
    call->Start(Sessions(lease), &v1::SessionService::Stub::AsyncOpenSession, request, "", queue_);
    TakeAllBut(kAtOnce - 1);
  }
  TakeAllBut(0);
}

Crowd::Endings Crowd::KeepAlive(double seconds) {
  Endings endings;
  const Clock::time_point begin = Clock::now(), end = begin + Seconds(seconds);
  const Clock::duration gap =
      Seconds(options_.ttl_seconds / 3.0 / static_cast<double>(tokens_.size()));
  size_t number = 0;
  for (Clock::time_point next = begin; next < end; next += gap, ++number) {
    if (next > Clock::now()) Rest(std::chrono::duration<double>(next - Clock::now()).count());
    auto* const call = new UnaryCall<v1::KeepAliveRequest, v1::KeepAliveResponse>(
        [&endings](const grpc::Status& status, const v1::KeepAliveResponse&) {
          ++endings[Name(status)];
        });
    ++running_;
    call->Start(Sessions(number), &v1::SessionService::Stub::AsyncKeepAlive, {},
                tokens_[number % tokens_.size()], queue_);
  }
  TakeAllBut(0);
  return endings;
}

void Crowd::Hold() {
  for (size_t lease = 0; lease < tokens_.size(); ++lease) {
    streams_.push_back(std::make_unique<Stream>(tokens_[lease]));
    streams_.back()->Hold(Sessions(lease), queue_);
  }
}

void Crowd::Stall() {
  for (size_t lease = 0; lease < tokens_.size(); ++lease) {
    streams_.push_back(std::make_unique<Stream>(tokens_[lease]));
    streams_.back()->SearchAll(Directory(lease), queue_);
  }
}

Crowd::Endings Crowd::EndStreams() {
  constexpr double kNotice = 1;
  Endings endings;
  for (const auto& stream : streams_) stream->ReadOn();
  Rest(kNotice);
  std::vector<bool> ended;
  for (const auto& stream : streams_) ended.push_back(stream->over());
  for (const auto& stream : streams_) {
    if (!stream->over()) stream->Cancel();
  }
  for (size_t i = 0; i < streams_.size(); ++i) {
    while (!streams_[i]->over()) Rest(0.01);
    ++endings[ended[i] ? Name(streams_[i]->status()) : "still there"];
  }
  streams_.clear();
  return endings;
}

Crowd::Endings Crowd::Unbind() {
  Endings endings;
  for (size_t lease = 0; lease < tokens_.size(); ++lease) {
    auto* const call = new UnaryCall<v1::UnbindRequest, v1::UnbindResponse>(
        [&endings](const grpc::Status& status, const v1::UnbindResponse& response) {
          ++endings[!status.ok() ? Name(status) : response.was_active() ? "active" : "had ended"];
        });
    ++running_;
    call->Start(Sessions(lease), &v1::SessionService::Stub::AsyncUnbind, {}, tokens_[lease],
                queue_);
    TakeAllBut(kAtOnce - 1);
  }
  TakeAllBut(0);
  tokens_.clear();
  return endings;
}

}  // namespace dirlease::bench
