// Sync's request, checked, as the session layer runs it. See rpc/convert_request.h.
#pragma once

#include "dirlease/v1/directory_service.pb.h"
#include "model/failure.h"
#include "model/requests.h"
#include "rpc/sync_stream.h"

namespace dirlease {

struct ConvertedSync {
  OperationRequest request;
  SyncStream::Options stream;
};

Outcome<ConvertedSync> SyncFromProto(const v1::SyncRequest& request);

}  // namespace dirlease
