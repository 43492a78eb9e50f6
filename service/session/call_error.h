// Why a call on a lease failed: the gateway's own reason, or what the directory (or its loss) said. Values.
#pragma once

#include <variant>

#include "model/failure.h"
#include "model/operation.h"

namespace dirlease {

using CallError = std::variant<Failure, OperationEnd>;

}  // namespace dirlease
