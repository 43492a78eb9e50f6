// A Search RPC, see rpc/stream_call.h.
#pragma once

#include "rpc/convert_request.h"
#include "rpc/search_stream.h"
#include "rpc/stream_call.h"

namespace dirlease {

class SearchCall final : public StreamCall {
 public:
  SearchCall(SessionManager& manager, CallInfo info, SearchWriter& writer, const v1::SearchRequest& request);

 private:
  SearchCall(SessionManager& manager, CallInfo info, SearchWriter& writer, const v1::SearchRequest& request,
             Outcome<ConvertedSearch> converted);
  MessageStream& stream() override { return stream_; }

  SearchStream stream_;
};

}  // namespace dirlease
