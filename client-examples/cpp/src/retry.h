// What to do after a failed call. Knows neither gRPC nor time.
#pragma once

#include "dirlease/client/error.h"

namespace dirlease::client {

enum class Safety {
  kRead,   // repeating it changes nothing
  kWrite,  // only what is known not to have been sent may be repeated
};

// One for each call, over all its attempts: it reopens at most once, and backs off at most once.
class Retry {
 public:
  enum class Next { kFail, kReopen, kBackOff };

  explicit Retry(Safety safety) : safety_(safety) {}
  Next After(const Error& error);

 private:
  const Safety safety_;
  bool reopened_ = false;
  bool backed_off_ = false;
};

}  // namespace dirlease::client
