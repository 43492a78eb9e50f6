#include "ldap/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace dirlease {

Resolution LookUpHost(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  // A machine with nothing but loopback has no "configured" address at all.
  if (error == EAI_NONAME || error == EAI_ADDRFAMILY) {
    hints.ai_flags = 0;
    error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  }
  if (error != 0) return {{}, error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error)};
  Resolution resolution;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    SocketAddress& address = resolution.addresses.emplace_back();
    memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.length = info->ai_addrlen;
  }
  freeaddrinfo(found);
  return resolution;
}

void SetPort(SocketAddress& address, int port_number) {
  const in_port_t port = htons(static_cast<uint16_t>(port_number));
  if (address.storage.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = port;
  } else {
    reinterpret_cast<sockaddr_in&>(address.storage).sin_port = port;
  }
}

std::string ToText(const SocketAddress& address) {
  char text[NI_MAXHOST] = "";
  getnameinfo(reinterpret_cast<const sockaddr*>(&address.storage), address.length, text,
              sizeof text, nullptr, 0, NI_NUMERICHOST);
  return text;
}

class Resolver::SharedWaiter final : public Resolver::Waiter {
 public:
  explicit SharedWaiter(Callback callback)
      : callback_(std::make_shared<Callback>(std::move(callback))) {}
  std::weak_ptr<Callback> callback() const { return callback_; }

 private:
  const std::shared_ptr<Callback> callback_;
};

Resolver::Resolver(EventLoop& loop, WorkerPool& pool, Lookup lookup)
    : loop_(loop), pool_(pool), lookup_(std::move(lookup)) {}

Resolver::~Resolver() = default;

std::unique_ptr<Resolver::Waiter> Resolver::Resolve(const std::string& host, Callback callback) {
  auto waiter = std::make_unique<SharedWaiter>(std::move(callback));
  std::vector<std::weak_ptr<Callback>>& waiting = in_flight_[host];
  waiting.push_back(waiter->callback());
  if (waiting.size() > 1) return waiter;
  pool_.Submit(host, [host, lookup = lookup_, &loop = loop_, self = std::weak_ptr(self_)] {
    loop.Post([host, resolution = lookup(host), self] {
      if (const auto resolver = self.lock()) (*resolver)->Finish(host, resolution);
    });
  });
  return waiter;
}

void Resolver::Finish(const std::string& host, const Resolution& resolution) {
  const auto found = in_flight_.find(host);
  const std::vector<std::weak_ptr<Callback>> waiting = std::move(found->second);
  in_flight_.erase(found);
  for (const std::weak_ptr<Callback>& waiter : waiting) {
    if (const std::shared_ptr<Callback> callback = waiter.lock()) (*callback)(resolution);
  }
}

}  // namespace dirlease
