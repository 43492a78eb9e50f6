#include "session/operation.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "session/session.h"

namespace dirlease {

namespace {
constexpr char kWhoAmIOid[] = "1.3.6.1.4.1.4203.1.11.3";  // RFC 4532
}  // namespace

Operation::Operation(Session& session, Name name, OperationRequest request, OperationSink& sink)
    : session_(session),
      name_(std::move(name)),
      request_(std::move(request)),
      sink_(sink),
      start_time_(session.loop().Now()) {
  DecidePaging();
}

Operation::~Operation() { assert(state_ == State::kEnded); }

absl::Duration Operation::upstream_time() const {
  return std::max(absl::ZeroDuration(), session_.loop().Now() - send_time_);
}

void Operation::End(EndCause cause) {
  if (state_ == State::kEnded) return;
  if (state_ == State::kRunning) session_.connection().Abandon(message_id_);
  Finish({.cause = cause});
}

void Operation::Pause() {
  if (paused_ || state_ == State::kEnded) return;
  paused_ = true;
  if (state_ == State::kRunning) SetPausedOnConnection(true);
}

void Operation::Resume() {
  if (!paused_ || state_ == State::kEnded) return;
  paused_ = false;
  SetPausedOnConnection(false);
  if (wants_page()) session_.Enqueue(*this);
}

// Paging without being asked only where nothing speaks against it: it changes what size limits and controls mean, and a
// connection has one cookie. Who asked for pages waits for the slot instead (MayStart).
void Operation::DecidePaging() {
  const auto* search = std::get_if<SearchRequest>(&request_.body);
  if (search == nullptr || search->page_size == 0) return;
  const bool offered = session_.facts().pages_offered;
  const bool unasked = offered && !search->page_size && search->scope != Scope::kBase &&
                       search->size_limit == 0 && request_.controls.empty() &&
                       session_.page_slot_free();
  if (!search->page_size && !unasked) return;
  pages_ = std::make_unique<PageControl>(search->page_size, offered);
  if (unasked) session_.TakePageSlot(*this);
}

bool Operation::MayStart() const {
  if (state_ == State::kBetweenPages && paused_) return false;
  return !pages() || session_.page_slot_free() || session_.owns_page_slot(*this);
}

void Operation::Start() {
  assert(state_ == State::kQueued || wants_page());
  if (pages()) session_.TakePageSlot(*this);
  const bool first = state_ == State::kQueued;
  const LdapHandle::Sent sent = session_.connection().Send(
      *this, [this](LdapHandle& handle) { return SendRequest(handle); });
  if (sent.error != 0) {
    OperationEnd end{.cause = EndCause::kInternal};
    end.result.code = sent.error;
    if (sent.error == ldap_code::kServerDown) end.cause = EndCause::kLost;
    Finish(std::move(end));
    return;
  }
  state_ = State::kRunning;
  message_id_ = sent.message_id;
  if (first) send_time_ = session_.loop().Now();
  if (paused_) SetPausedOnConnection(true);
}

// A compare has to answer yes or no, and nothing else may (RFC 4511 section 4.10).
bool Operation::AnswersNothing(int code) const {
  const bool compared = code == ldap_code::kCompareTrue || code == ldap_code::kCompareFalse;
  const bool compare = std::holds_alternative<CompareRequest>(request_.body);
  return compare ? code == ldap_code::kSuccess : compared;
}

LdapHandle::Sent Operation::SendRequest(LdapHandle& handle) {
  if (auto* search = std::get_if<SearchRequest>(&request_.body)) return SendSearch(handle, *search);
  if (const auto* compare = std::get_if<CompareRequest>(&request_.body)) {
    return handle.Compare(*compare, request_.controls);
  }
  return handle.Extended(kWhoAmIOid, std::nullopt, request_.controls);
}

LdapHandle::Sent Operation::SendSearch(LdapHandle& handle, SearchRequest& search) {
  if (!pages()) return handle.Search(search, request_.controls);
  std::vector<Control> controls = request_.controls;
  controls.push_back(pages_->Request());
  return handle.Search(search, controls);
}

void Operation::OnResponse(const ResponseView& response) {
  switch (response.kind) {
    case ResponseView::Kind::kEntry:
      OnEntry(*response.entry);
      return;
    case ResponseView::Kind::kReference:
      sink_.OnReference(*response.reference);
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
  if (pages()) pages_->CountEntry(entry.octets);
  sink_.OnEntry(entry);
}

void Operation::OnResult(const ResponseView& response) {
  OperationEnd end;
  end.result = *response.result;
  if (AnswersNothing(end.result.code)) end.result.code = ldap_code::kDecodingError;
  if (response.value) end.response_value = std::string(*response.value);
  SetPausedOnConnection(false);
  state_ = State::kBetweenPages;  // nothing unanswered at the directory: no Abandon from here on
  if (pages()) {
    const PageControl::After after = pages_->OnPageEnd(end.result);
    if (after == PageControl::After::kNextPage) {
      if (wants_page()) session_.Enqueue(*this);
      return;
    }
    if (after == PageControl::After::kLost) end.cause = EndCause::kPagesLost;
  }
  Finish(std::move(end));
}

void Operation::OnConnectionLost(const LdapResult& last_word) {
  if (state_ == State::kEnded) return;
  Finish({.cause = EndCause::kLost, .result = last_word});
}

void Operation::SetPausedOnConnection(bool paused) {
  if (paused == connection_paused_) return;
  connection_paused_ = paused;
  if (paused) {
    session_.connection().Pause();
  } else {
    session_.connection().Resume();
  }
}

void Operation::Finish(OperationEnd end) {
  state_ = State::kEnded;
  SetPausedOnConnection(false);
  session_.OnOperationEnded(*this);
  sink_.OnEnd(end);
}

}  // namespace dirlease
