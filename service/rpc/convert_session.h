// Leases and running operations as the contract's messages. Pure, but for reading the session: loop thread only.
#pragma once

#include "dirlease/v1/session.pb.h"
#include "dirlease/v1/session_service.pb.h"
#include "session/session_manager.h"

namespace dirlease {

v1::Session::State StateToProto(const LeaseDescription& description);
void DescriptionToProto(const LeaseDescription& description, v1::Session& out);
void OperationToProto(const Operation& operation, v1::Operation& out);

}  // namespace dirlease
