#include "rpc/pipeline_message.h"

#include <algorithm>
#include <utility>

#include "dirlease/v1/directory_service.pb.h"
#include "fmt/format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "rpc/convert_time.h"

namespace dirlease {

namespace {

using google::protobuf::internal::WireFormatLite;
using PipelineInput = google::protobuf::io::CodedInputStream;

Failure NoPipelineRequest(std::string field, std::string description) {
  Failure failure = InvalidField(std::move(field), std::move(description));
  failure.message = "the message is no PipelineRequest";
  return failure;
}

Failure UnknownCall() {
  return {.code = absl::StatusCode::kUnimplemented,
          .reason = "UNKNOWN_CALL",
          .message = "the call is of no kind that this gateway knows"};
}

// Absent: the call has none of its own. `bad`: it is no time.
std::optional<absl::Duration> TimeoutOf(const v1::PipelineCall& call, bool& bad) {
  if (!call.has_timeout()) return std::nullopt;
  const auto timeout = DurationFromProto(call.timeout());
  bad = !timeout || *timeout <= absl::ZeroDuration();
  return timeout;
}

PipelineMessage::Item ReadCall(v1::PipelineCall& call, SessionManager& manager, const CallInfo& info) {
  PipelineMessage::Item item{.id = call.id()};
  bool bad_timeout = false;
  const auto timeout = TimeoutOf(call, bad_timeout);
  if (call.call_case() == v1::PipelineCall::kAbandon) {
    item.abandon = call.abandon();
  } else if (MethodOf(call) == nullptr) {
    item.refusal = std::make_unique<Failure>(UnknownCall());
  } else if (bad_timeout) {
    item.refusal = std::make_unique<Failure>(
        InvalidField("timeout", "is not above zero or no valid duration; leave it unset for the stream's deadline"));
  } else {
    CallInfo own{.caller = info.caller, .token = {}, .deadline_left = info.deadline_left};
    if (timeout) own.deadline_left = std::min(*timeout, info.deadline_left.value_or(absl::InfiniteDuration()));
    item.call = NewPipelinedCall(call, manager, std::move(own), timeout);
  }
  return item;
}

// The octets of the length-delimited field that comes next.
std::optional<std::string_view> NextOctets(std::string_view octets, PipelineInput& input) {
  uint32_t length = 0;
  if (!input.ReadVarint32(&length)) return std::nullopt;
  const auto begin = static_cast<size_t>(input.CurrentPosition());
  if (length > octets.size() - begin || !input.Skip(static_cast<int>(length))) return std::nullopt;
  return octets.substr(begin, length);
}

}  // namespace

// By hand, field by field: calls are made one by one, and how many there are is checked before they cost memory.
PipelineMessage ReadPipelineMessage(std::string_view octets, SessionManager& manager, const CallInfo& info) {
  const auto tag_of = [](int field) {
    return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  };
  PipelineMessage message{.octets = octets.size()};
  const auto broken = [&](std::string field, std::string description) {
    message.items.clear();
    message.failure = NoPipelineRequest(std::move(field), std::move(description));
  };
  PipelineInput input(reinterpret_cast<const uint8_t*>(octets.data()), static_cast<int>(octets.size()));
  while (const uint32_t tag = input.ReadTag()) {
    if (tag == tag_of(v1::PipelineRequest::kSessionFieldNumber)) {
      const auto session = NextOctets(octets, input);
      if (!session) break;
      message.session = *session;
    } else if (tag == tag_of(v1::PipelineRequest::kCallsFieldNumber)) {
      const auto content = NextOctets(octets, input);
      if (!content) break;
      const size_t number = message.items.size();
      if (number == kMostCallsPerMessage) {
        broken("calls", fmt::format("are more than {}: send several messages", kMostCallsPerMessage));
        return message;
      }
      v1::PipelineCall call;
      if (!call.ParseFromArray(content->data(), static_cast<int>(content->size()))) {
        broken(fmt::format("calls[{}]", number), "is no PipelineCall: strings have to be UTF-8");
        return message;
      }
      message.items.push_back(ReadCall(call, manager, info));
    } else if (!WireFormatLite::SkipField(&input, tag)) {
      break;
    }
  }
  if (!input.ConsumedEntireMessage()) broken("", "cannot be read");
  return message;
}

}  // namespace dirlease
