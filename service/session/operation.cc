#include "session/operation.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

#include "base/secret.h"
#include "model/paged_results.h"
#include "model/session_tracking.h"
#include "session/no_answer.h"
#include "session/referrals/following.h"
#include "session/session.h"

namespace dirlease {

namespace {
using Controls = std::vector<Control>;
LdapHandle::Sent SendTo(LdapHandle& handle, const SearchRequest& request, const Controls& controls) {
  return handle.Search(request, controls);
}
LdapHandle::Sent SendTo(LdapHandle& handle, const CompareRequest& request, const Controls& controls) {
  return handle.Compare(request, controls);
}
LdapHandle::Sent SendTo(LdapHandle& handle, const AddRequest& request, const Controls& controls) {
  return handle.Add(request, controls);
}
LdapHandle::Sent SendTo(LdapHandle& handle, const ModifyRequest& request, const Controls& controls) {
  return handle.Modify(request, controls);
}
LdapHandle::Sent SendTo(LdapHandle& handle, const DeleteRequest& request, const Controls& controls) {
  return handle.Delete(request, controls);
}
LdapHandle::Sent SendTo(LdapHandle& handle, const ModifyDnRequest& request, const Controls& controls) {
  return handle.ModifyDn(request, controls);
}
LdapHandle::Sent SendTo(LdapHandle& handle, const ExtendedRequest& request, const Controls& controls) {
  return handle.Extended(request, controls);
}

// The lease ended, and with it what ran on it.
bool EndsLease(EndCause cause) {
  return cause == EndCause::kSessionClosed || cause == EndCause::kExpired ||
         cause == EndCause::kRevoked || cause == EndCause::kDraining;
}
}  // namespace

Operation::Operation(Session& session, Name name, OperationRequest request, OperationSink& sink)
    : session_(session),
      name_(std::move(name)),
      request_(std::move(request)),
      sink_(sink),
      start_time_(session.loop().Now()),
      runs_anywhere_(session.has_extras() && MayRunOnAnyConnection(request_)) {
  DecidePaging();
}

Operation::~Operation() { assert(state_ == State::kEnded); }

absl::Duration Operation::waiting_time() const {
  return std::min(send_time_, session_.loop().Now()) - start_time_;
}

std::optional<absl::Duration> Operation::first_response_time() const {
  if (first_response_time_ == absl::InfiniteFuture()) return std::nullopt;
  return first_response_time_ - send_time_;
}

absl::Duration Operation::upstream_time() const {
  return std::max(absl::ZeroDuration(), session_.loop().Now() - send_time_);
}

void Operation::End(EndCause cause) {
  if (state_ == State::kEnded) return;
  if (state_ == State::kRunning) {
    AbandonRequest();
    if (caller_pages_) session_.set_caller_pages(false);  // nobody knows what became of the cookie
    if (MayWrite(request_) && EndsLease(cause)) cause = EndCause::kOutcomeUnknown;
  }
  if (state_ == State::kFollowing && following_->chase().End(cause)) cause = EndCause::kOutcomeUnknown;
  Finish({.cause = cause});
}

void Operation::AbandonRequest() {
  connection_->Abandon(message_id_);
  abandoned_ = true;
}

void Operation::Pause() {
  if (paused_ || state_ == State::kEnded) return;
  paused_ = true;
  LeaveTurns();  // what comes of its page waits in the socket
  if (state_ == State::kRunning) SetPausedOnConnection(true);
  if (state_ == State::kFollowing) following_->chase().Pause();
}

void Operation::Resume() {
  if (!paused_ || state_ == State::kEnded) return;
  paused_ = false;
  SetPausedOnConnection(false);
  if (wants_page()) session_.Enqueue(*this);
  if (state_ == State::kFollowing) following_->chase().Resume();
}

void Operation::ReleasePlace() {
  if (state_ == State::kRunning) connection_->ReleasePlace(message_id_);
}

// Paging without being asked only where nothing speaks against it: it changes what size limits and controls mean, and a
// connection has one cookie. Who asked for pages waits for the slot instead (MayStart).
void Operation::DecidePaging() {
  const auto* search = std::get_if<SearchRequest>(&request_.body);
  if (search == nullptr) return;
  caller_pages_ = HasControl(request_.controls, kPagedResultsOid);
  if (search->page_size == 0 || caller_pages_) return;
  const bool offered = session_.facts().features.paged_results;
  const bool unasked = offered && !search->page_size && search->scope != Scope::kBase &&
                       search->size_limit == 0 && request_.controls.empty() &&
                       session_.page_slot_free() && !session_.caller_pages();
  if (!search->page_size && !unasked) return;
  pages_ = std::make_unique<PageControl>(search->page_size, offered);
  if (unasked) session_.TakePageSlot(*this);
}

bool Operation::MayStart() const {
  if (state_ == State::kBetweenPages && paused_) return false;
  return !needs_page_slot() || session_.page_slot_free() || session_.owns_page_slot(*this);
}

bool Operation::TakeTurn() {
  PageTurns* const turns = session_.page_turns();
  return turns == nullptr || state_ != State::kBetweenPages || turns->Take(*this);
}

void Operation::OnTurn() { session_.StartIfPossible(*this); }

void Operation::LeaveTurns() {
  if (pages() && session_.page_turns() != nullptr) session_.page_turns()->Leave(*this);
}

void Operation::Start(Connection& connection) {
  assert(state_ == State::kQueued || (wants_page() && connection_ == &connection));
  const bool first = state_ == State::kQueued;
  if (pages() && first && session_.caller_pages()) {
    Finish({.cause = EndCause::kPagingTaken});
    return;
  }
  if (needs_page_slot()) session_.TakePageSlot(*this);
  connection_ = &connection;
  connection_number_ = session_.NumberOf(connection);
  const LdapHandle::Sent sent = connection.Send(*this, [this](LdapHandle& handle) { return SendRequest(handle); });
  if (sent.error != 0) {
    Finish(NotSent(sent.error));
    return;
  }
  state_ = State::kRunning;
  message_id_ = sent.message_id;
  sent_octets_ = connection.sent_octets();
  send_time_ = std::min(send_time_, session_.loop().Now());
  if (paused_) SetPausedOnConnection(true);
}

// A compare has to answer yes or no, and nothing else may (RFC 4511 section 4.10). Without a control nobody asked for an
// update that is only tried.
bool Operation::AnswersNothing(int code) const {
  if (code == ldap_code::kNoOperation) return request_.controls.empty();
  const bool compared = code == ldap_code::kCompareTrue || code == ldap_code::kCompareFalse;
  const bool compare = std::holds_alternative<CompareRequest>(request_.body);
  return compare ? code == ldap_code::kSuccess : compared;
}

LdapHandle::Sent Operation::SendRequest(LdapHandle& handle) {
  std::vector<Control> controls = Controls();
  if (pages()) controls.push_back(pages_->Request());
  const auto sent = std::visit([&](auto& request) { return SendTo(handle, request, controls); }, request_.body);
  // What is sent once is wiped behind it.
  if (session_.referrals() == nullptr) WipeValues(request_);
  return sent;
}

std::vector<Control> Operation::Controls() const {
  std::vector<Control> controls = request_.controls;
  if (const auto& proxied = session_.facts().proxied_authorization) controls.push_back(*proxied);
  if (!session_.facts().features.session_tracking) return controls;
  if (HasControl(controls, kSessionTrackingOid)) return controls;
  std::string identifier = session_.facts().session_id;
  if (!name_.origin.trace_id.empty()) identifier += " trace=" + name_.origin.trace_id;
  controls.push_back(SessionTrackingControl({.source_ip = HostOf(name_.origin.peer),
                                             .source_name = session_.facts().owner,
                                             .identifier = identifier}));
  return controls;
}

void Operation::OnResponse(const ResponseView& response) {
  if (first_response_time_ == absl::InfiniteFuture()) first_response_time_ = session_.loop().Now();
  switch (response.kind) {
    case ResponseView::Kind::kEntry:
      OnEntry(*response.entry);
      return;
    case ResponseView::Kind::kReference:
      OnReference(*response.reference);
      return;
    case ResponseView::Kind::kIntermediate:
      sink_.OnIntermediate(*response.intermediate);
      return;
    case ResponseView::Kind::kResult:
      OnResult(response);
      return;
    case ResponseView::Kind::kUnsolicited:
      return;  // the connection's business
  }
}

void Operation::OnEntry(const EntryView& entry) {
  ++entries_;
  entry_octets_ += entry.octets;
  if (pages()) pages_->CountEntry(entry.octets);
  sink_.OnEntry(entry);
}

void Operation::OnReference(const ReferenceView& reference) {
  if (pages()) pages_->CountReference();
  if (session_.referrals() == nullptr) {
    sink_.OnReference(reference);
    return;
  }
  if (following_ == nullptr) following_ = std::make_unique<Following>(*this);
  following_->chase().Note(reference);
}

void Operation::OnResult(const ResponseView& response) {
  OperationEnd end;
  end.result = *response.result;
  if (AnswersNothing(end.result.code)) {
    end.result.code = ldap_code::kDecodingError;
    if (MayWrite(request_)) end.cause = EndCause::kOutcomeUnknown;
  }
  end.response_oid = response.oid;
  if (response.value) end.response_value = std::string(*response.value);
  SetPausedOnConnection(false);
  LeaveTurns();
  state_ = State::kBetweenPages;  // nothing unanswered at the directory: no Abandon from here on
  if (caller_pages_) NoteCallersPage(end.result);
  if (pages()) {
    const PageControl::After after = pages_->OnPageEnd(end.result);
    if (after == PageControl::After::kNextPage) {
      if (wants_page()) session_.Enqueue(*this);
      return;
    }
    if (after == PageControl::After::kLost) end.cause = EndCause::kPagesLost;
  }
  Conclude(std::move(end));
}

void Operation::Conclude(OperationEnd&& end) {
  const bool referred = end.result.code == ldap_code::kReferral && session_.referrals() != nullptr;
  if (referred && following_ == nullptr) following_ = std::make_unique<Following>(*this);
  const bool follows = end.cause == EndCause::kResult && following_ != nullptr && following_->chase().HasWork(end.result);
  if (state_ == State::kEnded) return;  // by what was left to the caller
  if (!follows) {
    Finish(std::move(end));
    return;
  }
  state_ = State::kFollowing;
  connection_ = nullptr;
  session_.ReleasePageSlot(*this);
  if (paused_) following_->chase().Pause();
  following_->chase().Start(std::move(end), entries_);
}

// Until the last page the connection's cookie is the caller's.
void Operation::NoteCallersPage(const LdapResult& result) {
  const auto page = FindPagedResults(result.controls);
  session_.set_caller_pages(result.code == ldap_code::kSuccess && page && !page->cookie.empty());
}

void Operation::OnConnectionLost(const LdapResult& last_word) {
  if (state_ == State::kEnded) return;
  if (MayBeSentAgain()) {
    SendAgain();
    return;
  }
  // The lease's first connection is gone, and with it the lease: this one's is still there.
  if (state_ == State::kRunning && !connection_->closed()) AbandonRequest();
  // What runs elsewhere ends as if the lease were closed, which it is.
  const bool unknown = state_ == State::kFollowing && following_->chase().End(EndCause::kSessionClosed);
  // A write of which one octet was still ours cannot have been read by the directory.
  const bool sent = state_ == State::kRunning && connection_->written_octets() >= sent_octets_;
  Finish({.cause = unknown || (sent && MayWrite(request_)) ? EndCause::kOutcomeUnknown : EndCause::kLost,
          .result = last_word});
}

// An extra connection was lost before it answered: it was a read, and nobody has seen anything of it.
bool Operation::MayBeSentAgain() const {
  return state_ == State::kRunning && runs_anywhere_ && connection_number_ > 0 && connection_->closed() &&
         first_response_time_ == absl::InfiniteFuture();
}

void Operation::SendAgain() {
  SetPausedOnConnection(false);
  state_ = State::kQueued;
  connection_ = nullptr;
  runs_anywhere_ = false;
  session_.Enqueue(*this);
}

void Operation::SetPausedOnConnection(bool paused) {
  if (paused == connection_paused_) return;
  connection_paused_ = paused;
  if (paused) {
    connection_->Pause();
    pause_time_ = session_.loop().Now();
    LimitPause();
  } else {
    connection_->Resume();
    if (pause_timer_ != nullptr) pause_timer_->Disarm();
  }
  session_.OnPauseChanged();
}

void Operation::LimitPause() {
  if (!session_.stalled_lately()) return;
  if (pause_timer_ == nullptr) {
    pause_timer_ = session_.loop().NewTimer([this] { End(EndCause::kSlowConsumer); });
  }
  pause_timer_->ArmAt(pause_time_ + session_.PauseAllowance());
}

void Operation::Finish(OperationEnd&& end) {
  state_ = State::kEnded;
  if (connection_paused_) session_.NoteStall(session_.loop().Now() - pause_time_);
  SetPausedOnConnection(false);
  LeaveTurns();
  session_.OnOperationEnded(*this, end);
  sink_.OnEnd(end);
  WipeValues(request_);
  if (end.response_value) Wipe(*end.response_value);
}

}  // namespace dirlease
