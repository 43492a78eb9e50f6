#include "support/raw_http2.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "support/limits.h"
#include "support/loopback.h"

namespace dirlease::testing {

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr uint16_t kHeaderTableSize = 1;
constexpr uint16_t kInitialWindowSize = 4;

void AppendNumber(std::string& octets, uint64_t number, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    octets += static_cast<char>(number >> shift);
  }
}

// RFC 7541, 5.1 with a prefix of seven bits, then the octets.
void AppendString(std::string& block, std::string_view text) {
  size_t rest = text.size();
  if (rest < 127) {
    block += static_cast<char>(rest);
  } else {
    block += '\x7f';
    for (rest -= 127; rest >= 128; rest >>= 7) block += static_cast<char>(0x80 | (rest & 0x7f));
    block += static_cast<char>(rest);
  }
  block += text;
}

// In a header block of literals.
int GrpcStatusIn(std::string_view block) {
  constexpr std::string_view kName = "grpc-status";
  const size_t at = block.find(kName);
  if (at == std::string_view::npos || at + kName.size() + 2 > block.size()) return -1;
  const size_t size = static_cast<uint8_t>(block[at + kName.size()]);
  return std::stoi(std::string(block.substr(at + kName.size() + 1, size)));
}

// DEFLATE's order: from the lowest bit of each octet on (RFC 1951, 3.1.1).
class BitWriter {
 public:
  // The highest of `count` bits first, as codes are written.
  void Code(unsigned code, int count) {
    for (int bit = count - 1; bit >= 0; --bit) Bit((code >> bit) & 1);
  }
  std::string Take() {
    if (used_ > 0) octets_ += static_cast<char>(last_);
    return std::move(octets_);
  }

 private:
  void Bit(unsigned bit) {
    last_ |= bit << used_;
    if (++used_ < 8) return;
    octets_ += static_cast<char>(last_);
    last_ = 0;
    used_ = 0;
  }

  std::string octets_;
  unsigned last_ = 0;
  int used_ = 0;
};

uint32_t CrcOfZeros(size_t count) {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320u : 0u);
    table[i] = value;
  }
  uint32_t crc = 0xffffffff;
  for (; count > 0; --count) crc = (crc >> 8) ^ table[crc & 0xff];
  return ~crc;
}

void AppendLittleEndian(std::string& octets, uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) octets += static_cast<char>(number >> shift);
}

void SetTimeout(int socket, int option) {
  const timeval limit{.tv_sec = kSafetyLimit.count(), .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, option, &limit, sizeof limit);
}

}  // namespace

std::string HeaderBlock(const RawHeaders& headers) {
  std::string block;
  for (const auto& [name, value] : headers) {
    block += '\0';
    AppendString(block, name);
    AppendString(block, value);
  }
  return block;
}

std::string LengthPrefixed(std::string_view message, bool compressed) {
  std::string framed(1, compressed ? '\1' : '\0');
  AppendNumber(framed, message.size(), 4);
  return framed.append(message);
}

// One block with fixed codes: a zero, then "258 times what was one octet before" again and again.
std::string GzippedZeros(size_t octets) {
  const size_t repeats = (octets - 1) / 258;
  BitWriter bits;
  bits.Code(0b1, 1);   // the last block
  bits.Code(0b10, 2);  // type 1, lowest bit first
  for (size_t i = repeats * 258; i < octets; ++i) bits.Code(0b00110000, 8);
  for (size_t i = 0; i < repeats; ++i) bits.Code(0b1100010100000, 13);
  bits.Code(0, 7);
  std::string file("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  file += bits.Take();
  AppendLittleEndian(file, CrcOfZeros(octets));
  AppendLittleEndian(file, static_cast<uint32_t>(octets));
  return file;
}

RawHttp2::RawHttp2(const std::string& address)
    : socket_(ConnectToLoopback(std::stoi(address.substr(address.rfind(':') + 1)))) {
  if (!socket_.valid()) return;
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SetTimeout(socket_.get(), SO_RCVTIMEO);
  SetTimeout(socket_.get(), SO_SNDTIMEO);
}

bool RawHttp2::Send(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      EXPECT_NE(errno, EAGAIN) << "the peer has not read for too long";
      return false;
    }
    octets.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawHttp2::SendFrame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string frame;
  AppendNumber(frame, payload.size(), 3);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  AppendNumber(frame, stream, 4);
  return Send(frame.append(payload));
}

bool RawHttp2::SendPreface(uint32_t window) {
  std::string settings;
  AppendNumber(settings, kHeaderTableSize, 2);
  AppendNumber(settings, 0, 4);
  AppendNumber(settings, kInitialWindowSize, 2);
  AppendNumber(settings, window, 4);
  return Send(kPreface) && SendFrame(kSettings, kNone, 0, settings);
}

uint32_t RawHttp2::StartCall(const std::string& method, const RawHeaders& more, uint8_t flags) {
  RawHeaders headers = {{":method", "POST"},          {":scheme", "http"},
                        {":path", method},            {":authority", "localhost"},
                        {"te", "trailers"},           {"content-type", "application/grpc"}};
  headers.insert(headers.end(), more.begin(), more.end());
  const uint32_t stream = next_stream_;
  next_stream_ += 2;
  // As many frames as the block needs; only the last one ends it.
  constexpr size_t kMostPayload = 16'384;
  const std::string block = HeaderBlock(headers);
  uint8_t type = kHeaders;
  for (size_t at = 0; at < block.size(); at += kMostPayload) {
    const bool last = block.size() - at <= kMostPayload;
    const uint8_t now = last ? flags : static_cast<uint8_t>(flags & ~kEndHeaders);
    const uint8_t own = type == kHeaders ? now : static_cast<uint8_t>(now & ~kEndStream);
    if (!SendFrame(type, own, stream, block.substr(at, kMostPayload))) return 0;
    type = kContinuation;
  }
  return stream;
}

bool RawHttp2::SendData(uint32_t stream, std::string_view octets, uint8_t flags) {
  constexpr size_t kMostPayload = 16'384;
  while (!octets.empty()) {
    const int64_t room = std::min(connection_window_, initial_window_ + windows_[stream]);
    if (room <= 0) {
      const auto frame = Read();
      const bool ended = frame && frame->stream == stream && frame->type != kWindowUpdate;
      if (!frame || ended) return false;
      continue;
    }
    const size_t size = std::min({octets.size(), kMostPayload, static_cast<size_t>(room)});
    const uint8_t own = size == octets.size() ? flags : uint8_t{kNone};
    if (!SendFrame(kData, own, stream, octets.substr(0, size))) return false;
    octets.remove_prefix(size);
    connection_window_ -= static_cast<int64_t>(size);
    windows_[stream] -= static_cast<int64_t>(size);
  }
  return true;
}

bool RawHttp2::AcceptSettings() {
  while (const auto frame = Read()) {
    if (frame->type == kSettings && (frame->flags & kAck) == 0) return true;
  }
  return false;
}

void RawHttp2::Heed(const Frame& frame) {
  const auto number = [&frame](size_t at, size_t size) {
    int64_t value = 0;
    for (; size > 0; --size) value = value << 8 | static_cast<uint8_t>(frame.payload[at++]);
    return value;
  };
  if (frame.type == kWindowUpdate && frame.payload.size() == 4) {
    (frame.stream == 0 ? connection_window_ : windows_[frame.stream]) += number(0, 4);
  }
  if (frame.type != kSettings || (frame.flags & kAck) != 0) return;
  for (size_t at = 0; at + 6 <= frame.payload.size(); at += 6) {
    if (number(at, 2) == kInitialWindowSize) initial_window_ = number(at + 2, 4);
  }
  SendFrame(kSettings, kAck, 0, "");
}

bool RawHttp2::Reset(uint32_t stream) {
  return SendFrame(kResetStream, kNone, stream, std::string_view("\0\0\0\x08", 4));
}

bool RawHttp2::ReadExactly(char* octets, size_t count) {
  while (count > 0) {
    const ssize_t got = recv(socket_.get(), octets, count, 0);
    if (got <= 0) {
      EXPECT_FALSE(got < 0 && errno == EAGAIN) << "the peer has neither sent nor closed for too long";
      return false;
    }
    octets += got;
    count -= static_cast<size_t>(got);
  }
  return true;
}

std::optional<RawHttp2::Frame> RawHttp2::Read() {
  std::array<char, 9> head;
  if (!ReadExactly(head.data(), head.size())) return std::nullopt;
  const auto octet = [&head](size_t at) { return uint32_t{static_cast<uint8_t>(head[at])}; };
  Frame frame;
  frame.type = static_cast<uint8_t>(head[3]);
  frame.flags = static_cast<uint8_t>(head[4]);
  frame.stream = (octet(5) & 0x7f) << 24 | octet(6) << 16 | octet(7) << 8 | octet(8);
  frame.payload.resize(octet(0) << 16 | octet(1) << 8 | octet(2));
  if (!ReadExactly(frame.payload.data(), frame.payload.size())) return std::nullopt;
  Heed(frame);
  return frame;
}

void RawHttp2::AwaitClose() {
  while (Read()) {
  }
}

int RawHttp2::AwaitEnd(uint32_t stream) {
  while (const auto frame = Read()) {
    if (frame->stream != stream) continue;
    if (frame->type == kResetStream) return -1;
    if (frame->type == kHeaders && (frame->flags & kEndStream) != 0) {
      return GrpcStatusIn(frame->payload);
    }
  }
  return -2;
}

bool RawHttp2::RoundTrip() {
  if (!SendFrame(kPing, kNone, 0, "12345678")) return false;
  while (const auto frame = Read()) {
    if (frame->type == kPing && (frame->flags & kAck) != 0) return true;
  }
  return false;
}

}  // namespace dirlease::testing
