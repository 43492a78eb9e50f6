// How often callers guessed wrong: who fails too often with one bind name is refused for a while, before the directory is
// asked. Pure but for its memory, which is bounded, also for each caller: whoever makes up names forgets his own failures,
// nobody else's. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/crypto.h"

namespace dirlease {

class FailedBinds {
 public:
  struct Options {
    int most = 10;                            // within a window, of one caller and bind name
    absl::Duration window = absl::Minutes(1);  // from the first of them
    // What is remembered. Beyond it, or a quarter of it for one caller, his oldest is forgotten, or where he has none another
    // one's.
    size_t most_keys = 100'000;
  };

  // Whose failures count together. `caller` is whatever tells callers apart; of names see session/verify/name_key.h.
  struct Key {
    Digest caller;
    Digest name;  // with the caller and the target
    bool operator==(const Key&) const = default;
  };
  static Key KeyOf(std::string_view caller, std::string_view target, std::string_view bind_name);

  explicit FailedBinds(Options options) : options_(options) {}

  // How long the key is refused from now on; empty: it is not.
  std::optional<absl::Duration> RefusedFor(const Key& key, absl::Time now) const;
  void AddFailure(const Key& key, absl::Time now);
  // Its failures are forgotten: whoever knows the password may mistype it again.
  void AddSuccess(const Key& key) { windows_.erase(key.name); }

  size_t size() const { return windows_.size(); }

 private:
  struct Window {
    absl::Time end;
    int failures = 0;
  };
  // Of one caller, in the order in which they end; those that are gone or were replaced are found so by their end.
  using Ends = std::deque<std::pair<absl::Time, Digest>>;
  void MakeRoom(const Digest& caller);
  void ForgetEnded(absl::Time now);
  void ForgetOldest(Ends& ends);

  const Options options_;
  absl::flat_hash_map<Digest, Window> windows_;
  absl::flat_hash_map<Digest, Ends> callers_;
  size_t ends_ = 0;                            // of all callers
  absl::Time next_sweep_;
};

}  // namespace dirlease
