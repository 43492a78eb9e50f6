// What one run of `dirlease` was asked to do, checked. Value type; holds secrets in `lease` and
// `open`.
#pragma once

#include <cstdint>
#include <string>

#include "cli/gateway_client.h"
#include "cli/ldif_printer.h"
#include "dirlease/v1/directory_service.pb.h"
#include "dirlease/v1/session_service.pb.h"

namespace dirlease::cli {

enum class Command {
  kSearch,
  kCompare,
  kWhoAmI,
  kAbandon,
  kLeaseOpen,
  kLeaseKeep,
  kLeaseShow,
  kLeaseHold,
  kLeaseUnbind,
  kAdminList,
  kAdminRevoke,
  kAdminDrain,
  kAdminLogLevel
};

// Those of the operators' listener.
inline bool IsAdmin(Command command) { return command >= Command::kAdminList; }

struct Invocation {
  Command command = Command::kSearch;
  ConnectionOptions connection;
  // Token of the lease to use. Empty = none: the command opens one with `open` and unbinds it at
  // its end.
  std::string lease;
  v1::OpenSessionRequest open;
  v1::SearchRequest search;
  LdifStyle ldif;
  v1::CompareRequest compare;
  v1::AbandonRequest abandon;
  v1::UnbindRequest unbind;
  v1::HoldSessionRequest hold;
  admin::v1::ListSessionsRequest list;
  admin::v1::RevokeSessionRequest revoke;
  admin::v1::DrainRequest drain;
  admin::v1::SetLogLevelRequest log_level;
  // Figures on stderr at the end.
  bool verbose = false;
};

}  // namespace dirlease::cli
