#include "rpc/grpc/listen_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"

namespace dirlease {

namespace {

bool IsPort(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  int port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + (c - '0');
  }
  return port <= 65535;
}

std::string TryToListen(const addrinfo& address) {
  const UniqueFd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool listens =
      bind(socket.get(), address.ai_addr, address.ai_addrlen) == 0 && listen(socket.get(), 1) == 0;
  return listens ? "" : strerror(errno);
}

}  // namespace

std::optional<ListenAddress> ParseListenAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !IsPort(text.substr(colon + 1))) {
    return std::nullopt;
  }
  std::string_view host = text.substr(0, colon);
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!brackets && host.find_first_of(":/[] ") != std::string_view::npos) return std::nullopt;
  return ListenAddress{std::string(host), std::string(text.substr(colon + 1))};
}

bool IsLoopback(const ListenAddress& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return address.host == "localhost";
}

Addresses LookUp(const ListenAddress& address, std::string& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
  if (code != 0) error = gai_strerror(code);
  return Addresses(found, &freeaddrinfo);
}

std::string ReplacePort(std::string_view listen, int port) {
  return std::string(listen.substr(0, listen.rfind(':') + 1)) + std::to_string(port);
}

std::string WhyNoListener(std::string_view listen) {
  const auto address = ParseListenAddress(listen);
  if (!address) return "not of the form HOST:PORT";
  std::string error;
  const Addresses found = LookUp(*address, error);
  if (found == nullptr) return error;
  for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
    const std::string refused = TryToListen(*one);
    if (!refused.empty()) return refused;
  }
  return "the certificate or its key was refused";
}

}  // namespace dirlease
