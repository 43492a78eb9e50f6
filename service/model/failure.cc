#include "model/failure.h"

namespace dirlease {

Failure InvalidField(std::string field, std::string description) {
  Failure failure;
  failure.code = absl::StatusCode::kInvalidArgument;
  failure.reason = "INVALID_FIELD";
  failure.message = "a field of the request is invalid, see the details";
  failure.violations.push_back({std::move(field), std::move(description)});
  return failure;
}

}  // namespace dirlease
