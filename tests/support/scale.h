// How much less a test of many repetitions does under a sanitizer, where each costs ten to a hundred times as much: errors
// that sanitizers find show in a part of them.
#pragma once

namespace dirlease::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int kScale = 20;
#else
inline constexpr int kScale = 1;
#endif

}  // namespace dirlease::testing
