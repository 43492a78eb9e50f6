#include "support/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>

namespace dirlease::testing {

namespace {

sockaddr_in LoopbackAddress(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void Require(bool done, const char* what) {
  if (done) return;
  perror(what);
  abort();
}

UniqueFd NewSocket() {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Require(fd.valid(), "socket");
  return fd;
}

}  // namespace

UniqueFd ReserveLoopbackPort() {
  UniqueFd fd = NewSocket();
  const int on = 1;
  Require(setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0, "SO_REUSEADDR");
  const sockaddr_in address = LoopbackAddress(0);
  Require(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
  return fd;
}

UniqueFd ListenOnLoopback() {
  UniqueFd fd = ReserveLoopbackPort();
  Require(listen(fd.get(), SOMAXCONN) == 0, "listen");
  return fd;
}

int LocalPort(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  Require(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  return ntohs(address.sin_port);
}

UniqueFd ConnectToLoopback(int port) {
  UniqueFd fd = NewSocket();
  const sockaddr_in address = LoopbackAddress(port);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return UniqueFd();
  }
  return fd;
}

Resolution EveryNameIsLoopback(const std::string&) {
  Resolution resolution;
  SocketAddress& address = resolution.addresses.emplace_back();
  reinterpret_cast<sockaddr_in&>(address.storage) = LoopbackAddress(0);
  address.length = sizeof(sockaddr_in);
  return resolution;
}

}  // namespace dirlease::testing
