// Many operations of one lease on one stream. What is ready goes out together, so submit many and then await each.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "dirlease/client/options.h"
#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::client {

class Session;
class Calls;
struct Answer;
class PipelineStream;

// What every Pending is, whatever its response.
class PendingReply {
 public:
  PendingReply(std::uint64_t id, std::shared_ptr<Calls> calls, std::shared_ptr<Answer> answer)
      : id_(id), calls_(std::move(calls)), answer_(std::move(answer)) {}
  // Names the call to Pipeline::Abandon.
  std::uint64_t id() const { return id_; }

 protected:
  v1::PipelineReply Take();

 private:
  std::uint64_t id_;
  std::shared_ptr<Calls> calls_;
  std::shared_ptr<Answer> answer_;
};

// The answer to come. Get() waits for it, and throws the Error of this call alone; call it once.
template <typename Response>
class Pending : public PendingReply {
 public:
  Response Get() {
    v1::PipelineReply reply = Take();
    return std::move(*(reply.*field_)());
  }

 private:
  friend class Pipeline;
  using Field = Response* (v1::PipelineReply::*)();
  Pending(PendingReply reply, Field field) : PendingReply(std::move(reply)), field_(field) {}
  Field field_;
};

// Thread-safe. Calls that run at the same time have no order; their `session` fields stay empty. A pipeline is one lease's
// life: when its stream ends early, each unanswered call ends with its error, and so does each that is submitted then. Open
// another pipeline, which reopens a lost lease, and repeat what is safe: Error::outcome_unknown() says what may not be.
class Pipeline {
 public:
  explicit Pipeline(std::shared_ptr<Session> session);
  // Cancels, and so abandons, what is unanswered.
  ~Pipeline();
  Pipeline(Pipeline&&) noexcept;

  // Returns at once, but for when thousands are unanswered: then it waits for answers. `options.timeout` is the call's own.
  Pending<v1::GetEntryResponse> Submit(v1::GetEntryRequest request, const CallOptions& options = {});
  // All entries of the answer at once, each whole: for lookups. Use Lease::Search for long lists.
  Pending<v1::SearchResponse> Submit(v1::SearchRequest request, const CallOptions& options = {});
  Pending<v1::CompareResponse> Submit(v1::CompareRequest request, const CallOptions& options = {});
  Pending<v1::AddResponse> Submit(v1::AddRequest request, const CallOptions& options = {});
  Pending<v1::ModifyResponse> Submit(v1::ModifyRequest request, const CallOptions& options = {});
  Pending<v1::DeleteResponse> Submit(v1::DeleteRequest request, const CallOptions& options = {});
  Pending<v1::ModifyDnResponse> Submit(v1::ModifyDnRequest request, const CallOptions& options = {});
  Pending<v1::ExtendedResponse> Submit(v1::ExtendedRequest request, const CallOptions& options = {});
  Pending<v1::WhoAmIResponse> Submit(v1::WhoAmIRequest request, const CallOptions& options = {});
  Pending<v1::ChangePasswordResponse> Submit(v1::ChangePasswordRequest request, const CallOptions& options = {});

  // The call ends with CANCELLED, unless its answer was under way already.
  void Abandon(std::uint64_t id);

  // No more calls; waits for the answers of those that run. Throws Error when the stream broke. May be called again.
  void Close();

 private:
  template <typename Response, typename Request>
  Pending<Response> SubmitAs(Request request, Request* (v1::PipelineCall::*field)(),
                             Response* (v1::PipelineReply::*answer)(), const CallOptions& options);

  std::unique_ptr<PipelineStream> stream_;
};

}  // namespace dirlease::client
