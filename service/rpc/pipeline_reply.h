// v1.PipelineReply on the wire, as one more `replies` of the v1.PipelineResponse that is being filled. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "google/protobuf/message_lite.h"
#include "rpc/rpc_status.h"
#include "rpc/wire_message.h"

namespace dirlease {

// `field`: of the answer, which is a message on the wire, or not given yet when 0. `status` null: more replies follow.
void AppendReply(uint64_t id, int field, std::string_view answer, const RpcStatus* status, WireMessage& out);
// The one reply of a call that succeeded.
void AppendReply(uint64_t id, int field, const google::protobuf::MessageLite& answer, WireMessage& out);

}  // namespace dirlease
