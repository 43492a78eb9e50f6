// A Sync RPC, see rpc/stream_call.h.
#pragma once

#include "rpc/convert_sync.h"
#include "rpc/stream_call.h"
#include "rpc/sync_stream.h"

namespace dirlease {

class SyncCall final : public StreamCall {
 public:
  SyncCall(SessionManager& manager, CallInfo info, MessageWriter& writer, const v1::SyncRequest& request);

 private:
  SyncCall(SessionManager& manager, CallInfo info, MessageWriter& writer, const v1::SyncRequest& request,
           Outcome<ConvertedSync> converted);
  MessageStream& stream() override { return stream_; }

  SyncStream stream_;
};

}  // namespace dirlease
