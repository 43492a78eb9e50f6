#include "rpc/pipeline_reply.h"

#include <algorithm>

#include "dirlease/v1/directory_service.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "rpc/wire_field.h"

namespace dirlease {

namespace {

using google::protobuf::io::CodedOutputStream;

// CallStatus has the fields of google.rpc.Status, which is what the details are.
std::string_view StatusOctets(const RpcStatus* status) {
  return status == nullptr ? std::string_view() : std::string_view(status->details);
}

// All but the answer's content, which goes to the place that is returned; the answer is the last field.
uint8_t* BeginReply(uint64_t id, int field, size_t answer_octets, const RpcStatus* status, WireMessage& out) {
  const std::string_view status_octets = StatusOctets(status);
  size_t octets = 1 + CodedOutputStream::VarintSize64(id);
  if (status != nullptr) octets += wire::FieldSize(v1::PipelineReply::kStatusFieldNumber, status_octets.size());
  if (field != 0) octets += wire::FieldSize(field, answer_octets);
  constexpr int kReplies = v1::PipelineResponse::kRepliesFieldNumber;
  uint8_t* at = wire::PutHeader(kReplies, octets, out.Extend(wire::FieldSize(kReplies, octets)));
  at = wire::PutTag(v1::PipelineReply::kIdFieldNumber, wire::kVarint, at);
  at = CodedOutputStream::WriteVarint64ToArray(id, at);
  if (status != nullptr) at = wire::PutField(v1::PipelineReply::kStatusFieldNumber, status_octets, at);
  return field == 0 ? at : wire::PutHeader(field, answer_octets, at);
}

}  // namespace

void AppendReply(uint64_t id, int field, std::string_view answer, const RpcStatus* status, WireMessage& out) {
  std::copy(answer.begin(), answer.end(), BeginReply(id, field, answer.size(), status, out));
}

void AppendReply(uint64_t id, int field, const google::protobuf::MessageLite& answer, WireMessage& out) {
  const RpcStatus ok;
  answer.SerializeWithCachedSizesToArray(BeginReply(id, field, answer.ByteSizeLong(), &ok, out));
}

}  // namespace dirlease
