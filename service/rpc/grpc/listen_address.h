// HOST:PORT of a listener: taking it apart, and finding out why nobody can listen there.
// Thread-safe.
#pragma once

#include <netdb.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dirlease {

struct ListenAddress {
  std::string host;  // IPv6 without brackets
  std::string port;  // decimal, 0 to 65535
};

// HOST:PORT, an IPv6 host in brackets. Empty on anything else.
std::optional<ListenAddress> ParseListenAddress(std::string_view text);
// localhost, 127.0.0.0/8 and ::1. Names are not looked up.
bool IsLoopback(const ListenAddress& address);
// As the resolver knows it, to listen at or to connect to; null: `error` says why. May ask DNS.
using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;
Addresses LookUp(const ListenAddress& address, std::string& error);
// `listen` with another port. REQUIRES: ParseListenAddress takes it.
std::string ReplacePort(std::string_view listen, int port);
// What the system says to listening there, for people; gRPC itself only logs it. May ask DNS.
std::string WhyNoListener(std::string_view listen);

}  // namespace dirlease
