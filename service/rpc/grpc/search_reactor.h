// gRPC's side of one Search: an adapter and nothing else. Its reactions only post to the loop.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "base/event_loop.h"
#include "rpc/grpc/call_info.h"
#include "rpc/search_call.h"

namespace dirlease {

// Deletes itself in OnDone, which comes once, after Finish. The call is destroyed on the loop, where it may be on the
// stack at that moment.
class SearchReactor final : public grpc::ServerWriteReactor<v1::SearchResponse>,
                            private SearchWriter {
 public:
  SearchReactor(EventLoop& loop, SessionManager& manager, grpc::CallbackServerContext& context,
                const v1::SearchRequest& request)
      : loop_(loop),
        context_(context),
        call_(std::make_shared<SearchCall>(manager, CallInfoOf(context),
                                           static_cast<SearchWriter&>(*this), request)) {
    loop_.Post([call = call_] { call->Start(); });
  }

 private:
  void AddHeader(std::string_view key, std::string_view value) override {
    context_.AddInitialMetadata(std::string(key), std::string(value));
  }
  void Write(const v1::SearchResponse& message) override { StartWrite(&message); }
  void WriteAndFinish(const v1::SearchResponse& message, const RpcStatus& status) override {
    StartWriteAndFinish(&message, grpc::WriteOptions(), ToGrpc(status));
  }
  void Finish(const RpcStatus& status) override {
    grpc::ServerWriteReactor<v1::SearchResponse>::Finish(ToGrpc(status));
  }
  bool cancelled() const override { return context_.IsCancelled(); }

  void OnWriteDone(bool ok) override {
    loop_.Post([call = call_, ok] { call->OnWriteDone(ok); });
  }
  void OnCancel() override {
    loop_.Post([call = call_] { call->Cancel(); });
  }
  void OnDone() override {
    loop_.Post([call = std::move(call_)] {});
    delete this;
  }

  EventLoop& loop_;
  grpc::CallbackServerContext& context_;
  std::shared_ptr<SearchCall> call_;
};

}  // namespace dirlease
