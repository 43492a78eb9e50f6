// Why a call cannot succeed, in the caller's terms, when no directory was asked (or none could be). Values.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace dirlease {

struct FieldViolation {
  std::string field;        // path in the request, for example "controls[0].raw.oid"
  std::string description;  // what is wrong and what to do
};

struct Failure {
  absl::StatusCode code = absl::StatusCode::kUnknown;  // never kOk
  std::string reason;   // ErrorInfo.reason, UPPER_SNAKE_CASE, constant per cause
  std::string message;  // short and constant per cause: load tools count by it
  std::vector<FieldViolation> violations;
  std::vector<std::pair<std::string, std::string>> metadata;  // ErrorInfo.metadata, lowerCamelCase keys
  std::optional<absl::Duration> retry_delay;
};

// INVALID_ARGUMENT / INVALID_FIELD naming one field.
Failure InvalidField(std::string field, std::string description);

// A value or the reason why there is none.
template <typename T>
class Outcome {
 public:
  Outcome(T value) : content_(std::move(value)) {}          // NOLINT(runtime/explicit)
  Outcome(Failure failure) : content_(std::move(failure)) {}  // NOLINT(runtime/explicit)

  bool ok() const { return std::holds_alternative<T>(content_); }
  // REQUIRES: ok().
  T& value() { return std::get<T>(content_); }
  const T& value() const { return std::get<T>(content_); }
  T& operator*() { return value(); }
  T* operator->() { return &value(); }
  // REQUIRES: !ok().
  Failure& failure() { return std::get<Failure>(content_); }
  const Failure& failure() const { return std::get<Failure>(content_); }

 private:
  std::variant<T, Failure> content_;
};

}  // namespace dirlease
