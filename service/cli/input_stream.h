// A file or standard input to read from, which an interrupt ends: a person who presses Ctrl-C while
// the command waits for more must not wait for more. Not thread-safe.
#pragma once

#include <array>
#include <istream>
#include <memory>
#include <streambuf>
#include <string>

#include "cli/interrupts.h"

namespace dirlease::cli {

class InputBuffer final : public std::streambuf {
 public:
  // `fd` stays the caller's.
  InputBuffer(int fd, const Interrupts& interrupts) : fd_(fd), interrupts_(interrupts) {}

 private:
  // The end also when interrupted: interrupts.signal_number() tells.
  int_type underflow() override;

  const int fd_;
  const Interrupts& interrupts_;
  std::array<char, 64 * 1024> octets_;
};

class InputStream final : public std::istream {
 public:
  // `path`: "-" or empty = standard input. fail() when it cannot be opened.
  InputStream(const std::string& path, const Interrupts& interrupts);
  ~InputStream() override;

 private:
  int fd_ = -1;  // ours, if above 0
  std::unique_ptr<InputBuffer> buffer_;
};

}  // namespace dirlease::cli
