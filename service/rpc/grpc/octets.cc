#include "rpc/grpc/octets.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

namespace dirlease {

grpc::ByteBuffer TakeOctets(WireMessage message) {
  const size_t size = message.size();
  uint8_t* data = message.Release().release();
  const grpc::Slice slice(data, size, std::free, data);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::Status ParseOctets(const grpc::ByteBuffer& octets, google::protobuf::Message& message) {
  grpc::ByteBuffer copy(octets);  // shares the octets: reading empties it
  grpc::ProtoBufferReader reader(&copy);
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return grpc::Status::OK;
  return {grpc::StatusCode::INVALID_ARGUMENT, "the request is not a " + message.GetTypeName()};
}

}  // namespace dirlease
