// gRPC's side of one RPC with a streamed answer.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>

#include "rpc/grpc/call_info.h"
#include "rpc/grpc/octets.h"
#include "rpc/grpc/writing_reactor.h"
#include "rpc/stream_call.h"

namespace dirlease {

// `Call` is a StreamCall, made of a `Request`.
template <typename Request, typename Call>
class StreamReactor final
    : public WritingReactor<grpc::ServerWriteReactor<grpc::ByteBuffer>, StreamCall, MessageWriter> {
 public:
  StreamReactor(EventLoop& loop, SessionManager& manager, grpc::CallbackServerContext& context,
                const grpc::ByteBuffer& request)
      : WritingReactor(loop, context) {
    Request message;
    if (const grpc::Status status = ParseOctets(request, message); !status.ok()) {
      grpc::ServerWriteReactor<grpc::ByteBuffer>::Finish(status);
      return;
    }
    StartCall(std::make_shared<Call>(manager, CallInfoOf(context), static_cast<MessageWriter&>(*this), message));
  }
};

}  // namespace dirlease
