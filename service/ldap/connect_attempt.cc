#include "ldap/connect_attempt.h"

#include <cassert>
#include <chrono>
#include <utility>

#include "ldap/libldap/libldap_handle.h"
#include "ldap/libldap/secure_connection.h"

namespace dirlease {

namespace {

using Kind = ConnectFailure::Kind;

// A handle on its way between threads: unbound when nobody takes it, wherever it got lost.
class TravellingHandle {
 public:
  explicit TravellingHandle(std::unique_ptr<LdapHandle> handle) : handle_(std::move(handle)) {}
  TravellingHandle(TravellingHandle&&) = default;
  ~TravellingHandle() {
    if (handle_ != nullptr) handle_->Unbind();
  }
  std::unique_ptr<LdapHandle> Take() { return std::move(handle_); }

 private:
  std::unique_ptr<LdapHandle> handle_;
};

struct Secured {
  TravellingHandle handle{nullptr};
  ConnectFailure failure;
};

// On a thread of the pool.
Secured SecureSocket(TlsContexts& contexts, const TargetConfig& target, const LdapUri& uri,
                     UniqueFd socket, SocketBuffer::Deadline deadline) {
  std::string error;
  const std::shared_ptr<const TlsContext> context = contexts.Get(target, error);
  if (context == nullptr) return {TravellingHandle(nullptr), {Kind::kTls, error}};
  std::unique_ptr<LibldapHandle> handle = LibldapHandle::Open(std::move(socket), uri);
  if (handle == nullptr) return {TravellingHandle(nullptr), {Kind::kResources, "out of memory"}};
  const auto failure = SecureConnection(*handle, target.tls, *context, deadline);
  TravellingHandle made(std::move(handle));
  if (!failure) return {std::move(made), {}};
  return {TravellingHandle(nullptr), *failure};
}

SocketBuffer::Deadline SteadyDeadline(absl::Duration left) {
  return std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(left);
}

}  // namespace

ConnectAttempt::ConnectAttempt(ConnectServices services, const TargetConfig& target,
                               Purpose purpose, Connector::Callback callback)
    : services_(services),
      target_(target),
      purpose_(purpose),
      callback_(std::move(callback)),
      timer_(services.loop.NewTimer([this] {
        FailUri({Kind::kTimeout, "no answer in time"});
      })) {
  assert(!target_.uris.empty());
  StartUri();
}

void ConnectAttempt::StartUri() {
  deadline_ = services_.loop.Now() + target_.connect_timeout;
  timer_->ArmAt(deadline_);
  resolving_ = services_.resolver.Resolve(
      uri().host, [this](const Resolution& resolution) { OnResolved(resolution); });
}

void ConnectAttempt::OnResolved(const Resolution& resolution) {
  resolving_.reset();
  if (resolution.addresses.empty()) {
    FailUri({Kind::kUnreachable, "cannot resolve " + uri().host + ": " + resolution.error});
    return;
  }
  std::vector<SocketAddress> addresses = resolution.addresses;
  for (SocketAddress& address : addresses) SetPort(address, uri().port_number);
  connecting_ = std::make_unique<TcpConnect>(services_.loop, std::move(addresses), deadline_,
                                             [this](UniqueFd socket, ConnectFailure failure) {
                                               OnTcp(std::move(socket), std::move(failure));
                                             });
}

void ConnectAttempt::OnTcp(UniqueFd socket, ConnectFailure failure) {
  connecting_.reset();
  if (!socket.valid()) {
    FailUri(failure);
  } else if (purpose_ == Purpose::kProbe) {
    Succeed(nullptr);
  } else if (target_.tls != TargetConfig::Tls::kNone) {
    Secure(std::move(socket));
  } else if (auto handle = LibldapHandle::Open(std::move(socket), uri()); handle != nullptr) {
    Succeed(std::move(handle));
  } else {
    FailUri({Kind::kResources, "out of memory"});
  }
}

void ConnectAttempt::Secure(UniqueFd socket) {
  securing_ = std::make_shared<SecureStep>(SecureStep{this});
  const auto deadline = SteadyDeadline(deadline_ - services_.loop.Now());
  // Copies: the thread ends at its deadline, whether or not somebody still waits.
  services_.tls_pool.Submit(
      target_.name, [step = std::weak_ptr(securing_), socket = std::move(socket), deadline,
                     target = target_, uri = uri(), services = services_]() mutable {
        if (step.expired()) return;
        services.loop.Post([step, secured = SecureSocket(services.tls_contexts, target, uri,
                                                         std::move(socket), deadline)]() mutable {
          const auto waiting = step.lock();
          if (waiting == nullptr) return;
          waiting->attempt->OnSecured(secured.handle.Take(), std::move(secured.failure));
        });
      });
}

void ConnectAttempt::OnSecured(std::unique_ptr<LdapHandle> handle, ConnectFailure failure) {
  securing_.reset();
  if (handle != nullptr) {
    Succeed(std::move(handle));
  } else {
    FailUri(failure);
  }
}

void ConnectAttempt::FailUri(const ConnectFailure& failure) {
  resolving_.reset();
  connecting_.reset();
  securing_.reset();
  if (!failure_.text.empty()) failure_.text += "; ";
  failure_.text += uri().text + ": " + failure.text;
  if (failure_.kind != Kind::kResources) failure_.kind = failure.kind;
  if (++uri_index_ < target_.uris.size()) {
    StartUri();
  } else {
    Answer({.handle = nullptr, .uri = {}, .failure = std::move(failure_)});
  }
}

void ConnectAttempt::Succeed(std::unique_ptr<LdapHandle> handle) {
  Answer({.handle = std::move(handle), .uri = uri().text, .failure = {}});
}

void ConnectAttempt::Answer(Connected connected) {
  timer_->Disarm();
  Connector::Callback callback = std::move(callback_);
  callback(std::move(connected));
}

}  // namespace dirlease
