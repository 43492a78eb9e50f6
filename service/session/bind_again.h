// How a lease is bound once more, on a further connection of its own. What that takes of secrets is kept as long as
// this and wiped with it. Loop thread only.
#pragma once

#include "absl/functional/any_invocable.h"
#include "model/failure.h"
#include "model/requests.h"

namespace dirlease {

// The request, or why there is none now. Null: the bind cannot be repeated.
using BindAgain = absl::AnyInvocable<Outcome<BindRequest>()>;

// As `bind` did, whose secrets it keeps; without its controls, which were for that one request (RFC 4511 section
// 4.1.11). Null for relayed SASL: its messages are the caller's, and none of them is good twice.
BindAgain Repeat(const BindRequest& bind);

}  // namespace dirlease
