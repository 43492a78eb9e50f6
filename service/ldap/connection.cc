#include "ldap/connection.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "ldap/lingering_close.h"

namespace dirlease {

namespace {
constexpr std::string_view kNoticeOfDisconnection = "1.3.6.1.4.1.1466.20036";  // RFC 4511 section 4.4.1

LdapResult ServerDown(const char* text) {
  LdapResult result;
  result.code = ldap_code::kServerDown;
  result.diagnostic_message = text;
  return result;
}
}  // namespace

Connection::Connection(EventLoop& loop, ByteBudget& budget, std::unique_ptr<LdapHandle> handle,
                       Observer& observer)
    : loop_(loop),
      budget_(budget),
      tls_(handle->tls()),
      observer_(&observer),
      handle_(std::move(handle)),
      self_(std::make_shared<Connection*>(this)) {
  watch_ = loop_.Watch(handle_->fd(), EPOLLIN, [this](uint32_t events) { OnEvents(events); });
  // The handshake may have left octets behind that the socket will not tell of.
  if (handle_->has_buffered_input()) ReadInLaterTurn();
}

Connection::~Connection() {
  assert(closed() && exchanges_.empty() && partial_octets_ == 0);
  *self_ = nullptr;
}

bool Connection::has_place() const {
  return !closed() && exchanges_.size() - placeless_.size() + abandoned_places_ < kMostExecuting &&
         handle_->unsent_octets() <= kMostUnsentOctets;
}

LdapHandle::Sent Connection::Send(Exchange& exchange, SendFunction send) {
  assert(!closed());
  const LdapHandle::Sent sent = send(*handle_);
  if (sent.error == 0) {
    exchanges_[sent.message_id] = &exchange;
    FlushInThisTurn();
  }
  return sent;
}

uint64_t Connection::sent_octets() const {
  return written_octets() + (closed() ? 0 : handle_->unsent_octets());
}

uint64_t Connection::written_octets() const {
  return closed() ? written_at_close_ : handle_->written_octets();
}

void Connection::Abandon(int message_id) {
  const Removed removed = Remove(message_id);
  if (!removed.found || closed()) return;
  pace_.CountEnd();
  if (!handle_->Abandon(message_id)) {
    // Never silently: the directory would go on for nobody. In a later turn, because the caller is in the midst of
    // ending an operation.
    loop_.Post([self = self_] {
      if (*self && !(*self)->closed()) (*self)->Lose(ServerDown("an Abandon could not be sent"));
    });
    return;
  }
  FlushInThisTurn();
  if (!removed.had_place) return;
  ++abandoned_places_;
  if (abandoned_timer_ == nullptr) abandoned_timer_ = loop_.NewTimer([this] { FreeAbandonedPlaces(); });
  abandoned_timer_->ArmAt(loop_.Now() + kAbandonedPlace);
}

void Connection::ReleasePlace(int message_id) {
  if (exchanges_.contains(message_id) && placeless_.insert(message_id).second) TellPlaceFree();
}

Connection::Removed Connection::Remove(int message_id) {
  return {.found = exchanges_.erase(message_id) > 0, .had_place = placeless_.erase(message_id) == 0};
}

void Connection::Pause() {
  ++pauses_;
  UpdateInterest();
}

void Connection::Resume() {
  assert(pauses_ > 0);
  if (--pauses_ > 0 || closed()) return;
  if (hung_up_ || handle_->has_buffered_input()) ReadInLaterTurn();
  UpdateInterest();
}

void Connection::Unbind() {
  assert(exchanges_.empty() && !closed());
  CloseHandle();
}

void Connection::WhenSocketClosed(absl::AnyInvocable<void()> callback) {
  assert(closed());
  on_socket_closed_ = std::move(callback);
  if (!socket_closed_) return;
  loop_.Post([self = self_] {
    if (*self) (*self)->OnSocketClosed();
  });
}

void Connection::OnBudgetFree() {
  parked_ = false;
  ReadInLaterTurn();
  UpdateInterest();
}

void Connection::OnEvents(uint32_t events) {
  if (events & EPOLLOUT) Flush();
  if (closed()) return;
  if ((pauses_ > 0 || parked_) && (events & (EPOLLHUP | EPOLLERR))) {
    hung_up_ = true;
    watch_.reset();
    return;
  }
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) Read();  // a hang-up ends a rest: the kernel would tell of it for ever
}

// At most one read of the socket and a bounded number of messages a turn: one flooding directory must not hold up the
// cancels and the leases of the others.
void Connection::Read() {
  bool filled = false;
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    if (closed() || pauses_ > 0 || !ReadOne(filled)) break;
  }
  if (closed()) return;
  CountPartialMessage();
  // After a hang-up nobody else tells of what is left in the socket. And a stream rests when its socket is empty, not
  // before: what the directory's kernel had to keep comes as soon as there is room here.
  const bool more = handle_->has_buffered_input() || hung_up_ || (filled && pace_.streaming());
  if (pauses_ == 0 && !parked_ && more) ReadInLaterTurn();
  resting_ = false;
  if (!more) Rest();
  UpdateInterest();
}

void Connection::Rest() {
  const absl::Time now = loop_.Now();
  const absl::Duration rest = pace_.RestAt(now);
  if (rest == absl::ZeroDuration()) return;
  resting_ = true;
  if (rest_timer_ == nullptr) rest_timer_ = loop_.NewTimer([this] { EndRest(); });
  rest_timer_->ArmAt(now + rest);
}

void Connection::EndRest() {
  if (!std::exchange(resting_, false)) return;
  if (paused()) {
    UpdateInterest();
  } else {
    Read();
  }
}

bool Connection::ReadOne(bool& filled) {
  if (!handle_->has_buffered_input()) {
    if (filled && !hung_up_) return false;
    CountPartialMessage();  // before asking: the end of a message ends the privilege and the parking
    parked_ = !budget_.MayRead(this, partial_octets_);
    if (parked_) return false;
    switch (handle_->Fill()) {
      case LdapHandle::Filled::kData:
        filled = true;
        break;
      case LdapHandle::Filled::kWouldBlock:
        return false;
      case LdapHandle::Filled::kEof:
        Lose(ServerDown("the directory closed the connection"));
        return false;
      case LdapHandle::Filled::kError:
        Lose(ServerDown("the connection to the directory broke"));
        return false;
    }
  }
  const LdapHandle::Next next =
      handle_->TakeNext([this](const ResponseView& response) { Dispatch(response); });
  if (next == LdapHandle::Next::kMessage || next == LdapHandle::Next::kSkipped) progress_excused_ = true;
  if (next == LdapHandle::Next::kSkipped) pace_.CountEntry();
  if (next == LdapHandle::Next::kBroken && !closed()) {
    Lose(ServerDown("the directory sent what is no LDAP message, too large a one, or no answer to what was asked"));
  }
  return !closed();
}

void Connection::ReadInLaterTurn() {
  if (std::exchange(read_posted_, true)) return;
  loop_.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->read_posted_ = false;
    if (!(*self)->closed()) (*self)->Read();
  });
}

void Connection::Dispatch(const ResponseView& response) {
  if (abandoned_places_ > 0) FreeAbandonedPlaces();
  if (response.kind == ResponseView::Kind::kUnsolicited) {
    if (response.oid == kNoticeOfDisconnection) Lose(*response.result);
    return;
  }
  if (response.kind == ResponseView::Kind::kEntry) pace_.CountEntry();
  if (response.kind == ResponseView::Kind::kResult) pace_.CountEnd();
  const auto found = exchanges_.find(response.message_id);
  if (found == exchanges_.end()) return;  // abandoned meanwhile, or an id that was never ours
  Exchange& exchange = *found->second;
  if (response.kind == ResponseView::Kind::kResult) {
    placeless_.erase(response.message_id);
    exchanges_.erase(found);
    TellPlaceFree();
  }
  exchange.OnResponse(response);
}

void Connection::FreeAbandonedPlaces() {
  abandoned_places_ = 0;
  TellPlaceFree();
}

void Connection::TellPlaceFree() {
  if (std::exchange(place_free_posted_, true)) return;
  loop_.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->place_free_posted_ = false;
    if (!(*self)->closed()) (*self)->observer_->OnPlaceFree();
  });
}

void Connection::CountPartialMessage() {
  const size_t now = closed() ? 0 : handle_->partial_message_octets();
  constexpr auto kMessages = ByteBudget::Purpose::kMessages;
  if (now > partial_octets_) budget_.Charge(now - partial_octets_, kMessages);
  if (now < partial_octets_) budget_.Refund(partial_octets_ - now, kMessages);
  const bool ended = now == 0 && partial_octets_ > 0;
  progress_excused_ = progress_excused_ || now < partial_octets_;  // another message than before
  partial_octets_ = now;
  if (ended) budget_.Forget(this);
  if (now > 0 && !progress_watched_) WatchProgress();
}

// Not disarmed at a message's end: in a stream nearly every read ends in the midst of one.
void Connection::WatchProgress() {
  if (progress_timer_ == nullptr) progress_timer_ = loop_.NewTimer([this] { CheckProgress(); });
  progress_watched_ = true;
  progress_excused_ = paused();
  progress_octets_ = partial_octets_;
  progress_timer_->ArmAt(loop_.Now() + kProgressInterval);
}

void Connection::CheckProgress() {
  progress_watched_ = false;
  if (closed() || partial_octets_ == 0) return;
  if (progress_excused_ || partial_octets_ >= progress_octets_ + kProgressOctets) {
    WatchProgress();
  } else {
    Lose(ServerDown("the directory stopped in the midst of a message"));
  }
}

void Connection::FlushInThisTurn() {
  if (std::exchange(flush_posted_, true)) return;
  loop_.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->flush_posted_ = false;
    if (!(*self)->closed()) (*self)->Flush();
  });
}

void Connection::Flush() {
  const bool was_full = handle_->unsent_octets() > kMostUnsentOctets;
  if (!handle_->Flush()) {
    Lose(ServerDown("the connection to the directory broke"));
    return;
  }
  if (was_full && handle_->unsent_octets() <= kMostUnsentOctets) TellPlaceFree();
  UpdateInterest();
}

void Connection::UpdateInterest() {
  if (closed() || watch_ == nullptr) return;
  progress_excused_ = progress_excused_ || paused();
  const bool reading = !paused() && !resting_;
  watch_->SetInterest((reading ? EPOLLIN : 0u) | (!flush_posted_ && handle_->unsent_octets() > 0 ? EPOLLOUT : 0u));
}

void Connection::Lose(const LdapResult& last_word) {
  const LdapResult word = last_word;  // a notice's result dies with its message
  CloseHandle();
  // Out of the table first: an exchange may do anything here.
  const auto orphans = std::exchange(exchanges_, {});
  placeless_.clear();
  for (const auto& [message_id, exchange] : orphans) exchange->OnConnectionLost(word);
  observer_->OnConnectionLost(word);
}

void Connection::CloseHandle() {
  watch_.reset();
  UniqueFd socket = handle_->Unbind();
  written_at_close_ = handle_->written_octets();
  loop_.DeferDelete(std::move(handle_));  // a message of it may be on the stack
  abandoned_timer_.reset();
  progress_timer_.reset();
  rest_timer_.reset();
  abandoned_places_ = 0;
  CountPartialMessage();
  budget_.Forget(this);
  closing_ = std::make_unique<LingeringClose>(loop_, std::move(socket), [this] { OnSocketClosed(); });
}

void Connection::OnSocketClosed() {
  socket_closed_ = true;
  if (on_socket_closed_) std::exchange(on_socket_closed_, nullptr)();
}

}  // namespace dirlease
