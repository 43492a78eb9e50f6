// Messages between the wire's octets and gRPC's buffers, for methods that serialize by themselves. Thread-safe.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <string_view>

#include "absl/functional/function_ref.h"
#include "rpc/wire_message.h"

namespace dirlease {

// The buffer frees the message's memory when gRPC needs it no more.
grpc::ByteBuffer TakeOctets(WireMessage message);
// Calls `use` with what `octets` holds, which lives as long as that call.
void WithOctets(const grpc::ByteBuffer& octets, absl::FunctionRef<void(std::string_view)> use);
// INVALID_ARGUMENT when `octets` are no such message.
grpc::Status ParseOctets(const grpc::ByteBuffer& octets, google::protobuf::Message& message);

}  // namespace dirlease
