#include "rpc/grpc/octets.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <vector>

#include "base/secret.h"

namespace dirlease {

grpc::ByteBuffer TakeOctets(WireMessage message) {
  const size_t size = message.size();
  uint8_t* data = message.Release().release();
  const grpc::Slice slice(data, size, std::free, data);
  return grpc::ByteBuffer(&slice, 1);
}

void WithOctets(const grpc::ByteBuffer& octets, absl::FunctionRef<void(std::string_view)> use) {
  std::vector<grpc::Slice> slices;
  if (!octets.Dump(&slices).ok()) slices.clear();
  if (slices.size() == 1) {
    use({reinterpret_cast<const char*>(slices[0].begin()), slices[0].size()});
    return;
  }
  std::string whole;
  whole.reserve(octets.Length());  // no octet is left behind by growing
  for (const grpc::Slice& slice : slices) whole.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  use(whole);
  Wipe(whole);  // there may be passwords in it
}

grpc::Status ParseOctets(const grpc::ByteBuffer& octets, google::protobuf::Message& message) {
  grpc::ByteBuffer copy(octets);  // shares the octets: reading empties it
  grpc::ProtoBufferReader reader(&copy);
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return grpc::Status::OK;
  return {grpc::StatusCode::INVALID_ARGUMENT, "the request is not a " + message.GetTypeName()};
}

}  // namespace dirlease
