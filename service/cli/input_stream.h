// A file or standard input to read from, which an interrupt ends: a person who presses Ctrl-C while
// the command waits for more must not wait for more. A failed read ends it too and is remembered: what
// came last may then be cut. Not thread-safe.
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

  // errno of the read that failed; 0 = none did.
  int error() const { return error_; }

 private:
  // The end also when interrupted or after a failed read: interrupts.signal_number() and error() tell.
  int_type underflow() override;

  const int fd_;
  const Interrupts& interrupts_;
  int error_ = 0;
  std::array<char, 64 * 1024> octets_;
};

class InputStream final : public std::istream {
 public:
  // `path`: "-" or empty = standard input. fail() when it cannot be opened.
  InputStream(const std::string& path, const Interrupts& interrupts);
  ~InputStream() override;

  // errno of what failed, opening or a read; 0 = nothing did.
  int error() const { return open_error_ != 0 ? open_error_ : buffer_->error(); }

 private:
  int fd_ = -1;  // ours, if above 0
  int open_error_ = 0;
  std::unique_ptr<InputBuffer> buffer_;
};

}  // namespace dirlease::cli
