// One Search RPC of a storm, with a caller who reads when he likes: the call's own state machine,
// and what gRPC does around it. One thread uses it; its writer's half is the loop's.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "rpc/search_call.h"
#include "support/wait_for.h"

namespace dirlease::testing {

class StormSearch final : private SearchWriter {
 public:
  // A success has to bring `entries`, "cn=0,dc=example" and so on.
  StormSearch(EventLoop& loop, SessionManager& manager, std::string token, const std::string& id,
              int entries)
      : loop_(loop), entries_(entries), request_(RequestFor(id)) {
    CallInfo info;
    info.token = std::move(token);
    call_ = std::make_shared<SearchCall>(manager, std::move(info),
                                         static_cast<SearchWriter&>(*this), request_);
    loop_.Post([call = call_] { call->Start(); });
  }
  // As a reactor's OnDone: the call may be on the loop's stack.
  ~StormSearch() override {
    AwaitFinish();
    Watched<bool> gone;
    loop_.Post([call = std::move(call_), &gone]() mutable {
      call.reset();
      gone.Update([](bool& value) { value = true; });
    });
    EXPECT_TRUE(gone.WaitFor([](bool value) { return value; }));
  }

  // Waits for something to read or the end; false: it has ended.
  bool AwaitMessage() {
    EXPECT_TRUE(state_.WaitFor([](const State& state) { return state.writing || state.finished; }));
    return !state_.Get().finished;
  }
  // REQUIRES: a message waits.
  void TakeMessage() {
    state_.Update([](State& state) { state.writing = false; });
    loop_.Post([call = call_] { call->OnWriteDone(true); });
  }
  void Cancel() {
    cancelled_ = true;
    loop_.Post([call = call_] { call->Cancel(); });
  }
  void AwaitFinish() {
    EXPECT_TRUE(state_.WaitFor([](const State& state) { return state.finished; }));
  }
  int code() const { return state_.Get().code; }

 private:
  struct State {
    bool writing = false;
    bool finished = false;
    int entries = 0;
    int code = 0;
  };

  static v1::SearchRequest RequestFor(const std::string& id) {
    v1::SearchRequest request;
    request.set_base_dn("dc=example");
    request.set_operation_id(id);
    return request;
  }
  v1::SearchResponse Take(State& state, const WireMessage& octets) {
    v1::SearchResponse message;
    EXPECT_TRUE(message.ParseFromArray(octets.octets().data(), static_cast<int>(octets.size())));
    for (const v1::SearchEntry& entry : message.entries()) {
      EXPECT_EQ(entry.dn(), "cn=" + std::to_string(state.entries) + ",dc=example");
      ++state.entries;
    }
    return message;
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
      EXPECT_TRUE(Take(state, message).has_done());
      Finish(state, status);
    });
  }
  void Finish(const RpcStatus& status) override {
    state_.Update([&](State& state) {
      EXPECT_NE(status.code, 0) << "a success without done";
      Finish(state, status);
    });
  }
  void Finish(State& state, const RpcStatus& status) {
    EXPECT_FALSE(state.finished) << "finished twice";
    if (status.code == 0) {
      EXPECT_EQ(state.entries, entries_);
    }
    state.finished = true;
    state.code = status.code;
  }
  void CutOff() override {}
  bool cancelled() const override { return cancelled_; }

  EventLoop& loop_;
  const int entries_;
  const v1::SearchRequest request_;
  std::atomic<bool> cancelled_ = false;
  Watched<State> state_;
  std::shared_ptr<SearchCall> call_;
};

}  // namespace dirlease::testing
