// A Search RPC from its request to its stream. Life as in rpc/call.h; loop thread only, but for construction.
#pragma once

#include <string>

#include "rpc/call.h"
#include "rpc/convert_request.h"
#include "rpc/search_stream.h"

namespace dirlease {

class SearchCall {
 public:
  SearchCall(SessionManager& manager, CallInfo info, SearchWriter& writer,
             const v1::SearchRequest& request);

  void Start();
  void OnWriteDone(bool ok) { stream_.OnWriteDone(ok); }
  // The caller cancelled, its deadline passed or its connection died. Possibly after the end.
  void Cancel() { stream_.OnCancel(); }

 private:
  SessionManager& manager_;
  const CallInfo info_;
  const std::string session_field_;
  const std::string operation_id_;
  const size_t request_octets_;
  Outcome<ConvertedSearch> converted_;
  BudgetCharge request_charge_;
  SearchStream stream_;
};

}  // namespace dirlease
