// The services of dirlease.v1 and dirlease.admin.v1 over gRPC's callback API. Their methods convert on gRPC's threads and post to the loop;
// nothing in them waits.
#pragma once

#include <memory>

#include "base/event_loop.h"
#include "rpc/admin_calls.h"
#include "session/session_manager.h"

namespace grpc {
class Service;
}

namespace dirlease {

// `loop` and `manager` must outlive the service's server.
std::unique_ptr<grpc::Service> NewSessionService(EventLoop& loop, SessionManager& manager);
std::unique_ptr<grpc::Service> NewDirectoryService(EventLoop& loop, SessionManager& manager);
std::unique_ptr<grpc::Service> NewAdminService(EventLoop& loop, SessionManager& manager,
                                               AdminHooks hooks);

}  // namespace dirlease
