// The octets between one socket and libldap: what was read and not yet taken, what was written and
// not yet sent. Nothing here blocks but in deadline mode, which the connector's threads use and the
// loop never does. Not thread-safe. The socket stays ours: libldap closes nothing.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "ldap/ldap_handle.h"
#include "ldap/libldap/input_buffer_pool.h"

namespace dirlease {

class SocketBuffer {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // REQUIRES: a non-blocking stream socket.
  explicit SocketBuffer(UniqueFd socket) : socket_(std::move(socket)) {}
  // Gives back a borrowed input buffer; closes the socket if it was not released.
  ~SocketBuffer();
  SocketBuffer(const SocketBuffer&) = delete;
  SocketBuffer& operator=(const SocketBuffer&) = delete;

  int fd() const { return socket_.get(); }
  UniqueFd Release() { return std::move(socket_); }

  // Reads the socket once. REQUIRES: !has_input().
  LdapHandle::Filled Fill();
  bool has_input() const { return begin_ != end_; }
  // What Take would give; until the next call that takes or fills.
  std::string_view input() const { return {input_.get() + begin_, end_ - begin_}; }
  // Takes so much of input() without copying it.
  void Skip(size_t count);
  // As read(2) on a non-blocking socket, out of the buffer alone. In deadline mode an empty buffer
  // is filled, however long it takes until the deadline; then ETIMEDOUT.
  ssize_t Take(void* to, size_t most);

  // As write(2), but takes everything and sends nothing before Flush, or before there is much. -1 with EPIPE: dead.
  ssize_t Put(const void* from, size_t count);
  // False: the connection is dead.
  bool Flush();
  size_t unsent_octets() const { return unsent_.size() - sent_; }
  // Taken by the socket since it is ours. With TLS these are its records, whose octets nobody can tell apart: what was
  // written before them has left us all the same.
  uint64_t written_octets() const { return written_; }

  // Deadline mode, on or off.
  void SetDeadline(std::optional<Deadline> deadline) { deadline_ = deadline; }
  // Fills the buffer by the deadline; false: it passed, or the connection ended. REQUIRES: deadline
  // mode, !has_input().
  bool WaitForInput();
  bool timed_out() const { return timed_out_; }

 private:
  void Append(std::string_view octets);
  // As much of it as the socket takes now.
  size_t Send(const char* from, size_t count);
  void ReturnBuffer();
  // False: the deadline passed.
  bool Poll();

  UniqueFd socket_;
  InputBuffer input_;  // null while nothing is unread
  size_t begin_ = 0;   // of the unread octets in input_
  size_t end_ = 0;
  std::string unsent_;  // from sent_ on
  size_t sent_ = 0;
  uint64_t written_ = 0;
  bool dead_ = false;  // a send failed
  int read_error_ = 0;
  std::optional<Deadline> deadline_;
  bool timed_out_ = false;
};

}  // namespace dirlease
