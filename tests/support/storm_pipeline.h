// One Pipeline RPC of a storm, with a caller who sends and reads when he likes: the call's own state machine, and what
// gRPC does around it. One thread uses it; its writer's half is the loop's.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "dirlease/v1/directory_service.pb.h"
#include "rpc/pipeline.h"
#include "support/storm.h"
#include "support/wait_for.h"

namespace dirlease::testing {

class StormPipeline final : private PipelineCaller {
 public:
  StormPipeline(EventLoop& loop, SessionManager& manager, std::string token) : loop_(loop), manager_(manager) {
    info_.token = std::move(token);
    pipeline_ = std::make_shared<Pipeline>(manager, info_, static_cast<PipelineCaller&>(*this));
    loop_.Post([pipeline = pipeline_] { pipeline->Start(); });
  }
  // As a reactor's OnDone: the call may be on the loop's stack.
  ~StormPipeline() override {
    AwaitFinish();
    Watched<bool> gone;
    loop_.Post([pipeline = std::move(pipeline_), &gone]() mutable {
      pipeline.reset();
      gone.Update([](bool& value) { value = true; });
    });
    EXPECT_TRUE(gone.WaitFor([](bool value) { return value; }));
  }

  // Waits until a message may be sent or one is there to be taken; false: it has ended.
  bool AwaitTurn() {
    EXPECT_TRUE(state_.WaitFor([](const State& state) { return state.reading || state.writing || state.finished; }));
    return !state_.Get().finished;
  }
  bool has_message() const { return state_.Get().writing; }
  // REQUIRES: has_message().
  void TakeMessage() {
    state_.Update([](State& state) { state.writing = false; });
    loop_.Post([pipeline = pipeline_] { pipeline->OnWriteDone(true); });
  }
  // REQUIRES: AwaitTurn() was true and no message is there.
  void Send(const v1::PipelineRequest& request) {
    state_.Update([&](State& state) {
      state.reading = false;
      for (const v1::PipelineCall& call : request.calls()) {
        if (call.call_case() != v1::PipelineCall::kAbandon) state.ended[call.id()] = false;
      }
    });
    auto message = ReadPipelineMessage(request.SerializeAsString(), manager_, info_);
    loop_.Post([pipeline = pipeline_, message = std::move(message)]() mutable {
      pipeline->OnMessage(std::move(message));
    });
  }
  // REQUIRES: as Send. Nothing may be sent any more.
  void HalfClose() {
    state_.Update([](State& state) { state.reading = false; });
    loop_.Post([pipeline = pipeline_] { pipeline->OnHalfClose(); });
  }
  // A read that waits ends too, as gRPC has it.
  void Cancel() {
    cancelled_ = true;
    loop_.Post([pipeline = pipeline_] { pipeline->Cancel(); });
    bool read_waits = false;
    state_.Update([&](State& state) { read_waits = std::exchange(state.reading, false); });
    if (read_waits) loop_.Post([pipeline = pipeline_] { pipeline->OnHalfClose(); });
  }
  void AwaitFinish() {
    EXPECT_TRUE(state_.WaitFor([](const State& state) { return state.finished; }));
  }
  int code() const { return state_.Get().code; }

 private:
  struct State {
    bool reading = false;
    bool writing = false;
    bool finished = false;
    std::map<uint64_t, bool> ended;  // by id: the last reply has come
    int code = 0;
  };

  static void Take(State& state, const WireMessage& octets) {
    v1::PipelineResponse message;
    EXPECT_TRUE(message.ParseFromArray(octets.octets().data(), static_cast<int>(octets.size())));
    for (const v1::PipelineReply& reply : message.replies()) {
      const auto found = state.ended.find(reply.id());
      ASSERT_NE(found, state.ended.end()) << "a reply that nobody asked for";
      EXPECT_FALSE(found->second) << "a reply after the last one";
      found->second = reply.has_status();
    }
  }
  void Read() override {
    state_.Update([](State& state) {
      EXPECT_FALSE(state.reading || state.finished) << "a read too early";
      state.reading = true;
    });
  }
  void AddHeader(std::string_view, std::string_view) override {}
  void Write(WireMessage message) override {
    state_.Update([&](State& state) {
      EXPECT_FALSE(state.writing || state.finished) << "a write too early";
      Take(state, message);
      state.writing = true;
    });
  }
  void WriteAndFinish(WireMessage message, const RpcStatus& status) override {
    state_.Update([&](State& state) {
      EXPECT_FALSE(state.writing || state.finished) << "a write too early";
      Take(state, message);
      Finish(state, status);
    });
  }
  void Finish(const RpcStatus& status) override {
    state_.Update([&](State& state) { Finish(state, status); });
  }
  static void Finish(State& state, const RpcStatus& status) {
    EXPECT_FALSE(state.finished) << "finished twice";
    for (const auto& [id, ended] : state.ended) EXPECT_TRUE(ended || status.code != 0) << id << " was never answered";
    state.finished = true;
    state.code = status.code;
  }
  void CutOff() override {}
  bool cancelled() const override { return cancelled_; }

  EventLoop& loop_;
  SessionManager& manager_;
  CallInfo info_;
  std::atomic<bool> cancelled_ = false;
  Watched<State> state_;
  std::shared_ptr<Pipeline> pipeline_;
};

// Compares above all, some searches, and abandons of whatever was asked. `last_id`: of the stream so far.
inline v1::PipelineRequest SomePipelineCalls(Dice& dice, uint64_t& last_id) {
  v1::PipelineRequest request;
  for (int i = dice.Roll(12); i >= 0; --i) {
    v1::PipelineCall& call = *request.add_calls();
    if (dice.OneIn(6) && last_id > 0) {
      call.set_abandon(1 + static_cast<uint64_t>(dice.Roll(static_cast<int>(last_id))));
      continue;
    }
    call.set_id(++last_id);
    if (dice.OneIn(8)) {
      call.mutable_search()->set_base_dn("dc=example");
    } else {
      call.mutable_compare()->set_dn("cn=0,dc=example");
      call.mutable_compare()->set_attribute_type("cn");
      call.mutable_compare()->set_text_value("0");
    }
  }
  return request;
}

}  // namespace dirlease::testing
