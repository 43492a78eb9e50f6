// An HTTP/2 client (RFC 9113) over a plain socket that sends what it is told, octet by octet, for what no real gRPC client
// sends. Headers go as literals without indexing (RFC 7541, 6.2.2); it asks for answers in the same form. One thread uses
// it; nothing is read but by Read and Await...
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace dirlease::testing {

using RawHeaders = std::vector<std::pair<std::string, std::string>>;

class RawHttp2 {
 public:
  enum Type : uint8_t {
    kData = 0, kHeaders = 1, kResetStream = 3, kSettings = 4, kPing = 6, kGoAway = 7,
    kWindowUpdate = 8, kContinuation = 9,
  };
  enum Flag : uint8_t { kNone = 0, kAck = 1, kEndStream = 1, kEndHeaders = 4 };
  struct Frame {
    uint8_t type = 0;
    uint8_t flags = 0;
    uint32_t stream = 0;
    std::string payload;
  };

  // Connects to HOST:PORT on 127.0.0.1; nothing is sent yet.
  explicit RawHttp2(const std::string& address);

  // Each false: the peer has closed the connection. They wait as long as the peer does not read.
  bool Send(std::string_view octets);
  bool SendFrame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload);
  // The connection preface and SETTINGS; `window` is what each stream may be sent at first.
  bool SendPreface(uint32_t window = 65'535);
  // A gRPC call's request headers and `more`. The stream's number; 0 = the peer has closed.
  uint32_t StartCall(const std::string& method, const RawHeaders& more = {},
                     uint8_t flags = kEndHeaders);
  // As much of it as the peer's windows allow at a time, waiting for more and answering SETTINGS meanwhile. False also when
  // the stream was reset or answered before the end.
  bool SendData(uint32_t stream, std::string_view octets, uint8_t flags = kEndStream);
  bool Reset(uint32_t stream);
  // Waits for the peer's SETTINGS and answers: limits that it sets there hold from then on. False: closed.
  bool AcceptSettings();

  // The next frame, SETTINGS answered; none: the peer has closed the connection.
  std::optional<Frame> Read();
  // Reads until the peer closes.
  void AwaitClose();
  // Reads until a stream has ended: its grpc-status, -1 when it was reset or
  // has none, -2 when the connection was closed.
  int AwaitEnd(uint32_t stream);
  // The next PING and its answer is on its way back: all sent before has been read. False: closed.
  bool RoundTrip();

  int fd() const { return socket_.get(); }
  void Close() { socket_.Reset(); }

 private:
  bool ReadExactly(char* octets, size_t count);
  // SETTINGS and WINDOW_UPDATE.
  void Heed(const Frame& frame);

  UniqueFd socket_;
  uint32_t next_stream_ = 1;
  // What may still be sent, as far as what was read says.
  int64_t initial_window_ = 65'535;
  int64_t connection_window_ = 65'535;
  std::map<uint32_t, int64_t> windows_;  // of streams, beside the initial one
};

// A header block.
std::string HeaderBlock(const RawHeaders& headers);
// gRPC's framing of one message.
std::string LengthPrefixed(std::string_view message, bool compressed = false);
// A gzip file of so many zero octets, at least one, about a thousandth of that in size.
std::string GzippedZeros(size_t octets);

}  // namespace dirlease::testing
