#include "retry.h"

#include <utility>

namespace dirlease::client {

Retry::Next Retry::After(const Error& error) {
  // UNAUTHENTICATED with a SESSION_ reason is said before anything is sent to the directory: writes too are safe then.
  if (error.session_lost()) return std::exchange(reopened_, true) ? Next::kFail : Next::kReopen;
  if (error.code() == grpc::StatusCode::UNAVAILABLE && safety_ == Safety::kRead) {
    return std::exchange(backed_off_, true) ? Next::kFail : Next::kBackOff;
  }
  return Next::kFail;
}

}  // namespace dirlease::client
