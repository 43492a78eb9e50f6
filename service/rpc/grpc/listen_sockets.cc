#include "rpc/grpc/listen_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "rpc/grpc/listen_address.h"

namespace dirlease {

namespace {

void SetPort(sockaddr* address, int port) {
  const auto value = htons(static_cast<uint16_t>(port));
  if (address->sa_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = value;
  } else {
    reinterpret_cast<sockaddr_in*>(address)->sin_port = value;
  }
}

int PortOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                   : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

// Invalid: errno says why.
UniqueFd Listen(const addrinfo& address) {
  UniqueFd fd(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return fd;
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it.
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool listens = bind(fd.get(), address.ai_addr, address.ai_addrlen) == 0 &&
                       listen(fd.get(), SOMAXCONN) == 0;
  return listens ? std::move(fd) : UniqueFd();
}

// A host without that kind of address: the name's other addresses do.
bool HasNoSuchAddress(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

}  // namespace

ListenSockets ListenAt(const std::string& listen) {
  ListenSockets result;
  const auto address = ParseListenAddress(listen);
  if (!address) {
    result.error = "not of the form HOST:PORT";
    return result;
  }
  const Addresses found = LookUp(*address, result.error);
  for (addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
    if (result.port != 0) SetPort(one->ai_addr, result.port);
    UniqueFd socket = Listen(*one);
    if (socket.valid()) {
      result.port = PortOf(socket.get());
      result.sockets.push_back(std::move(socket));
      continue;
    }
    const int error = errno;
    if (result.error.empty()) result.error = strerror(error);
    if (HasNoSuchAddress(error)) continue;
    result.error = strerror(error);
    result.sockets.clear();
    break;
  }
  return result;
}

}  // namespace dirlease
