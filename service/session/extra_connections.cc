#include "session/extra_connections.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "model/filter_encoder.h"
#include "model/password_policy.h"
#include "model/session_tracking.h"
#include "model/sort_control.h"

namespace dirlease {

namespace {
// What is not known here may belong to a connection, as pages and transactions do.
bool IsOfOneRequest(const Control& control) {
  static constexpr std::string_view kKnown[] = {
      kAssertionOid,   kMatchedValuesOid,   kProxiedAuthorizationOid, kManageDsaItOid,
      kSortRequestOid, kSessionTrackingOid, kPasswordPolicyOid,
      "1.3.6.1.4.1.4203.1.10.1",  // subentries
      "1.3.6.1.1.22"};            // don't use copy
  return std::find(std::begin(kKnown), std::end(kKnown), control.oid) != std::end(kKnown);
}

// The directory answered the bind, and said no.
bool WasRefused(const CallError& error) {
  const auto* end = std::get_if<OperationEnd>(&error);
  return end != nullptr && end->cause == EndCause::kResult;
}
}  // namespace

bool MayRunOnAnyConnection(const OperationRequest& request) {
  const bool search = std::holds_alternative<SearchRequest>(request.body);
  const bool compare = std::holds_alternative<CompareRequest>(request.body);
  return (search || compare) && std::all_of(request.controls.begin(), request.controls.end(), IsOfOneRequest);
}

// One of them, from the wish for it until its socket is closed.
class ExtraConnections::Extra final : private Connection::Observer {
 public:
  Extra(ExtraConnections& owner, int number, BindRequest bind)
      : owner_(owner),
        number_(number),
        idle_(loop().NewTimer([this] { CloseIfIdle(); })),
        opening_(std::make_unique<OpenAttempt>(
            owner.services_.open, owner.services_.target, std::move(bind),
            OpenAttempt::Options{.config = &owner.services_.config, .more_steps = false, .elsewhere = true},
            [this](OpenAttempt::Result result) { OnOpened(std::move(result)); })) {}

  int number() const { return number_; }
  bool opening() const { return opening_ != nullptr; }
  bool usable() const { return connection_ != nullptr && !connection_->closed(); }
  bool has_place() const { return usable() && connection_->has_place(); }
  Connection* connection() { return connection_.get(); }  // null = it opens

  void Close() {
    if (opening()) {
      opening_.reset();
      owner_.Remove(*this);
    } else if (usable()) {
      connection_->Unbind();
      AwaitSocket();
    }
  }

 private:
  EventLoop& loop() { return owner_.services_.open.loop; }

  void OnOpened(OpenAttempt::Result result) {
    opening_.reset();
    auto* opened = std::get_if<OpenAttempt::Opened>(&result);
    if (opened == nullptr) {
      owner_.OnOpened(*this, &std::get<CallError>(result));
      return;
    }
    connection_ = std::move(opened->connection);
    connection_->SetObserver(*this);
    AwaitIdleTime();
    owner_.OnOpened(*this, nullptr);
  }

  void AwaitIdleTime() {
    sent_octets_ = connection_->sent_octets();
    idle_->ArmAt(loop().Now() + kIdleTime);
  }

  void CloseIfIdle() {
    const bool used = connection_->sent_octets() > sent_octets_;
    if (used || owner_.observer_.CarriesOperation(*connection_)) {
      AwaitIdleTime();
    } else {
      Close();
    }
  }

  void AwaitSocket() {
    idle_->Disarm();
    connection_->WhenSocketClosed([this] {
      loop().DeferDelete(std::move(connection_));  // it is on the stack
      owner_.Remove(*this);
    });
  }

  void OnPlaceFree() override { owner_.observer_.OnExtraPlaceFree(); }
  void OnConnectionLost(const LdapResult& last_word) override {
    AwaitSocket();
    owner_.OnLost(last_word);
    owner_.observer_.OnExtraLost(*connection_, last_word);
  }

  ExtraConnections& owner_;
  const int number_;
  const std::unique_ptr<Timer> idle_;
  std::unique_ptr<OpenAttempt> opening_;  // null = it was opened
  std::unique_ptr<Connection> connection_;
  uint64_t sent_octets_ = 0;  // when the timer was armed
};

ExtraConnections::ExtraConnections(Services services, Observer& observer)
    : services_(std::move(services)), observer_(observer) {}

ExtraConnections::~ExtraConnections() { assert(closed()); }

bool ExtraConnections::has_place() const {
  return std::any_of(extras_.begin(), extras_.end(), [](const auto& extra) { return extra->has_place(); });
}

Connection* ExtraConnections::Choose(Connection& first) {
  const bool all_paused = first.paused() && paused() == bound();
  if (all_paused && (MayGrow() || growing())) return nullptr;
  // Behind a slow reader only where no place comes free elsewhere.
  const auto fits = [&](const Connection& one) { return one.has_place() && (all_paused || !one.paused()); };
  if (fits(first)) return &first;
  for (const auto& extra : extras_) {
    if (extra->usable() && fits(*extra->connection())) return extra->connection();
  }
  return nullptr;
}

void ExtraConnections::Grow() {
  if (!MayGrow()) return;
  auto bind = bind_();
  if (!bind.ok()) {
    no_growth_before_ = services_.open.loop.Now() + kRetryAfter;
    const CallError error = std::move(bind.failure());
    services_.on_grown(&error);
    observer_.OnExtraPlaceFree();  // for those that waited for it only
    return;
  }
  int number = 1;
  const auto has_number = [&](const auto& extra) { return extra->number() == number; };
  while (std::any_of(extras_.begin(), extras_.end(), has_number)) ++number;
  extras_.push_back(std::make_unique<Extra>(*this, number, std::move(*bind)));
}

// One at a time: the next one only if that was not enough.
bool ExtraConnections::MayGrow() const {
  return bind_ != nullptr && extras_.size() + 1 < services_.config.most_connections &&
         services_.open.loop.Now() >= no_growth_before_ && !growing();
}

bool ExtraConnections::growing() const {
  return std::any_of(extras_.begin(), extras_.end(), [](const auto& extra) { return extra->opening(); });
}

void ExtraConnections::OnOpened(Extra& extra, const CallError* error) {
  if (error != nullptr) {
    no_growth_before_ = services_.open.loop.Now() + kRetryAfter;
    if (WasRefused(*error)) bind_ = nullptr;
    Remove(extra);
  }
  services_.on_grown(error);
  observer_.OnExtraPlaceFree();  // or what waited for it only has to go elsewhere
}

// Where something closes each of them, another one at once would be bound and lost as often as searches wait.
void ExtraConnections::OnLost(const LdapResult& last_word) {
  no_growth_before_ = services_.open.loop.Now() + kRetryAfter;
  services_.on_lost(last_word);
}

int ExtraConnections::NumberOf(const Connection& connection) const {
  for (const auto& extra : extras_) {
    if (extra->connection() == &connection) return extra->number();
  }
  return 0;
}

size_t ExtraConnections::bound() const {
  return static_cast<size_t>(
      std::count_if(extras_.begin(), extras_.end(), [](const auto& extra) { return extra->usable(); }));
}

size_t ExtraConnections::paused() const {
  return static_cast<size_t>(std::count_if(extras_.begin(), extras_.end(), [](const auto& extra) {
    return extra->usable() && extra->connection()->paused();
  }));
}

void ExtraConnections::CloseAll() {
  bind_ = nullptr;
  std::vector<Extra*> all;
  for (const auto& extra : extras_) all.push_back(extra.get());
  for (Extra* extra : all) extra->Close();
}

void ExtraConnections::WhenClosed(absl::AnyInvocable<void()> callback) {
  on_closed_ = std::move(callback);
  if (closed()) std::exchange(on_closed_, nullptr)();
}

void ExtraConnections::Remove(Extra& extra) {
  const auto place =
      std::find_if(extras_.begin(), extras_.end(), [&](const auto& one) { return one.get() == &extra; });
  services_.open.loop.DeferDelete(std::move(*place));  // it is on the stack
  extras_.erase(place);
  if (closed() && on_closed_) std::exchange(on_closed_, nullptr)();
}

}  // namespace dirlease
