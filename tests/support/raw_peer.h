// The other end of a LibldapHandle's socket, octet by octet, for what no real directory sends. Not
// thread-safe.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"
#include "ldap/libldap/libldap_handle.h"

namespace dirlease::testing {

// One BER element.
inline std::string Tlv(int tag, std::string_view content) {
  std::string element(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    element += static_cast<char>(content.size());
  } else {
    element += '\x84';
    for (int shift = 24; shift >= 0; shift -= 8)
      element += static_cast<char>(content.size() >> shift);
  }
  return element.append(content);
}

// An LDAPMessage; `controls` is the content of its controls.
inline std::string Message(int message_id, int operation_tag, std::string_view operation,
                           std::string_view controls = {}) {
  std::string content =
      Tlv(0x02, std::string{static_cast<char>(message_id >> 8), static_cast<char>(message_id)});
  content += Tlv(operation_tag, operation);
  if (!controls.empty()) content += Tlv(0xa0, controls);
  return Tlv(0x30, content);
}

inline std::string ResultBody(int code, std::string_view matched_dn = {},
                              std::string_view text = {}) {
  return Tlv(0x0a, std::string(1, static_cast<char>(code))) + Tlv(0x04, matched_dn) +
         Tlv(0x04, text);
}

class RawPeer {
 public:
  RawPeer() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    peer_.Reset(ends[0]);
    handle_end_.Reset(ends[1]);
  }

  // Once. `host` is what a certificate would be checked against.
  std::unique_ptr<LibldapHandle> OpenHandle(const std::string& host = "directory.example") {
    return LibldapHandle::Open(
        std::move(handle_end_),
        {.text = "ldap://" + host, .host = host, .port_number = 389, .ldaps = false});
  }

  // Sends it whole; fails the test when the socket does not take it.
  void Send(std::string_view octets) {
    EXPECT_EQ(send(peer_.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }
  // As much of it as the socket takes.
  size_t SendSome(std::string_view octets) {
    const ssize_t count = send(peer_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    return count < 0 ? 0 : static_cast<size_t>(count);
  }
  // All that has arrived.
  std::string Receive() {
    std::string received;
    char chunk[4096];
    for (ssize_t count; (count = recv(peer_.get(), chunk, sizeof chunk, 0)) > 0;)
      received.append(chunk, count);
    return received;
  }
  void Close() { peer_.Reset(); }
  int fd() const { return peer_.get(); }

 private:
  UniqueFd peer_;
  UniqueFd handle_end_;
};

}  // namespace dirlease::testing
