// A lease for people to read. Pure, thread-safe. Never shows a token.
#pragma once

#include <string>

#include "dirlease/admin/v1/admin_service.pb.h"
#include "dirlease/v1/session_service.pb.h"

namespace dirlease::cli {

// One "name  value" line each; facts that the gateway did not give are left out. Control characters
// are replaced.
std::string SessionText(const v1::Session& session);
// A table with a head line, or "no operation runs".
std::string OperationsText(const v1::GetSessionResponse& response);

// One line: the event, how long is left, the lease.
std::string HoldText(const v1::HoldSessionResponse& event);

// Leases for operators, a line each under one head line.
std::string LeaseListHead();
std::string LeaseListLine(const admin::v1::ListSessionsResponse::Item& item);

// State, granted ttl and when the lease ends now.
std::string KeptText(const v1::KeepAliveResponse& response);

}  // namespace dirlease::cli
