#include "cli/input_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace dirlease::cli {

InputBuffer::int_type InputBuffer::underflow() {
  constexpr int kLookAgainMs = 100;
  pollfd input{.fd = fd_, .events = POLLIN, .revents = 0};
  for (;;) {
    if (interrupts_.signal_number() != 0) return traits_type::eof();
    if (poll(&input, 1, kLookAgainMs) <= 0) continue;
    const ssize_t count = read(fd_, octets_.data(), octets_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error_ = errno;
    if (count <= 0) return traits_type::eof();
    setg(octets_.data(), octets_.data(), octets_.data() + count);
    return traits_type::to_int_type(octets_[0]);
  }
}

InputStream::InputStream(const std::string& path, const Interrupts& interrupts)
    : std::istream(nullptr) {
  const bool is_standard_input = path.empty() || path == "-";
  if (!is_standard_input) {
    fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) open_error_ = errno;
  }
  buffer_ = std::make_unique<InputBuffer>(is_standard_input ? STDIN_FILENO : fd_, interrupts);
  rdbuf(buffer_.get());
  if (open_error_ != 0) setstate(failbit);
}

InputStream::~InputStream() {
  if (fd_ > 0) close(fd_);
}

}  // namespace dirlease::cli
