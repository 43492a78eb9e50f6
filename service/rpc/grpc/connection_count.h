// How many of the connections that were handed away are still open. Whoever has them closes them without a word, so
// the kernel is asked, and only once the limit is reached. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace dirlease {

class ConnectionCount {
 public:
  explicit ConnectionCount(size_t most) : most_(most) {}

  // Takes note of an open socket; false: there are `most` already. `now` is of a steady clock.
  bool Add(int fd, absl::Time now);

 private:
  void ForgetClosed();

  const size_t most_;
  // By descriptor: which socket it was. One that has the number of another replaces it.
  absl::flat_hash_map<int, ino_t> open_;
  absl::Time next_look_ = absl::InfinitePast();
};

}  // namespace dirlease
