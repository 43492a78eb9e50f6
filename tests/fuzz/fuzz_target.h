// One function, two lives: with DIRLEASE_FUZZER it is libFuzzer's LLVMFuzzerTestOneInput and the whole program, else a
// test of the tier "fuzz" that goes over the inputs in corpus/NAME. A target fails by ending the process (Require, a
// sanitizer, an assertion).
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace dirlease::testing {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "does not hold: %s\n", what);
  abort();
}
#define DIRLEASE_REQUIRE(condition) ::dirlease::testing::Require((condition), #condition)

}  // namespace dirlease::testing

#ifdef DIRLEASE_FUZZER
#define DIRLEASE_FUZZ_TARGET(name)                                              \
  static void name(std::string_view input);                                     \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {     \
    name(std::string_view(reinterpret_cast<const char*>(data), size));          \
    return 0;                                                                   \
  }                                                                             \
  static void name(std::string_view input)
#else
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/places.h"

namespace dirlease::testing {

// Each input as it is, and cut short at each octet: what arrives in pieces.
inline void ReplayCorpus(const std::string& name, void (*run)(std::string_view)) {
  int inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(SourceFile("tests/fuzz/corpus/" + name))) {
    SCOPED_TRACE(file.path().string());
    std::ifstream in(file.path(), std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    // Copies of exact size, so that a sanitizer sees a read beyond the end.
    for (size_t size = octets.size() < 1024 ? 0 : octets.size(); size <= octets.size(); ++size) {
      const std::string input(octets, 0, size);
      run(input);
    }
    ++inputs;
  }
  EXPECT_GT(inputs, 0) << "nothing in the corpus of " << name;
}

}  // namespace dirlease::testing
#define DIRLEASE_FUZZ_TARGET(name)                                                      \
  static void name(std::string_view input);                                             \
  TEST(Corpus, name) { ::dirlease::testing::ReplayCorpus(#name, &name); }               \
  static void name(std::string_view input)
#endif
