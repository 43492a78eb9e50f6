#include "session/referrals/referral_chase.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dirlease {

namespace {
// Why a reference was left to the caller, as the contract has it (v1.SearchReference.not_followed). Others are reasons of
// failures, and LDAP_RESULT_<code>.
constexpr char kInvalidUrl[] = "INVALID_URL";
constexpr char kServerNotAllowed[] = "SERVER_NOT_ALLOWED";
constexpr char kLoop[] = "LOOP";
constexpr char kHopLimit[] = "HOP_LIMIT";
constexpr char kTooManyReferences[] = "TOO_MANY_REFERENCES";
constexpr char kNotThisRequest[] = "NOT_THIS_REQUEST";
constexpr char kOperationFailed[] = "OPERATION_FAILED";
constexpr char kSizeLimit[] = "SIZE_LIMIT";
constexpr char kConnectionLost[] = "CONNECTION_LOST";
constexpr char kFailed[] = "FAILED";

// Of one reference.
constexpr size_t kMostPlaces = 8;
}  // namespace

ReferralChase::ReferralChase(Follower& follower, ReferralConnections& connections, EventLoop& loop,
                             const OperationRequest& original, const std::string& own, Operation::Name name)
    : follower_(follower),
      connections_(connections),
      loop_(loop),
      original_(original),
      name_(std::move(name)),
      may_be_followed_(MayBeFollowed(original)),
      place_(PlaceOf(original, ParseLdapUri(own).value_or(LdapUri()))),
      visited_({KeyOf(place_)}),
      self_(std::make_shared<ReferralChase*>(this)) {}

ReferralChase::~ReferralChase() {
  assert(ended_ && running_ == nullptr && waiting_ == 0);
  *self_ = nullptr;
}

std::string ReferralChase::VetOne(const std::string& uri, bool continuation, Step& step) const {
  const auto url = ParseLdapUrl(uri);
  if (!url) return kInvalidUrl;
  const auto& servers = connections_.policy().servers;
  const auto allowed = std::find_if(servers.begin(), servers.end(),
                                    [&](const LdapUri& server) { return SameServer(server, url->server); });
  if (allowed == servers.end()) return kServerNotAllowed;
  auto place = PlaceAt(*url, place_, continuation);
  if (!place) return kInvalidUrl;
  place->server = *allowed;
  if (step.places.size() < kMostPlaces) step.places.push_back(*std::move(place));
  return "";
}

std::string ReferralChase::Vet(absl::Span<const std::string> uris, bool continuation, Step& step) const {
  if (!may_be_followed_) return kNotThisRequest;
  if (step.hops > connections_.policy().most_hops) return kHopLimit;
  size_t octets = 0;
  for (const std::string& uri : uris) octets += uri.size();
  if (followed_ >= connections_.policy().most_followed || octets > kMostReferenceOctets) return kTooManyReferences;
  std::string first_reason;
  for (const std::string& uri : uris) {
    const std::string reason = VetOne(uri, continuation, step);
    if (first_reason.empty()) first_reason = reason;
  }
  if (!step.places.empty()) return "";
  return first_reason.empty() ? kInvalidUrl : first_reason;
}

void ReferralChase::Note(const ReferenceView& reference) { NoteAt(reference, 1); }

void ReferralChase::NoteAt(const ReferenceView& reference, int hops) {
  Step step{.uris = {reference.uris.begin(), reference.uris.end()},
            .controls = {reference.controls.begin(), reference.controls.end()},
            .hops = hops};
  step.why = Vet(step.uris, true, step);
  if (!step.why.empty()) {
    Leave(step);
    return;
  }
  ++followed_;
  steps_.insert(steps_.begin() + noted_++, std::move(step));
}

bool ReferralChase::HasWork(LdapResult& result) {
  if (result.code == ldap_code::kReferral) {
    Step step{.is_result = true};
    result.not_followed = Vet(result.referrals, false, step);
    if (result.not_followed.empty()) {
      ++followed_;
      steps_.push_front(std::move(step));
    }
  }
  if (result.code != ldap_code::kSuccess && (steps_.empty() || !steps_.front().is_result)) LeaveAll(kOperationFailed);
  return !steps_.empty();
}

void ReferralChase::Start(OperationEnd end, int64_t entries) {
  end_ = std::move(end);
  entries_ = entries;
  ended_ = false;
  Go();
}

bool ReferralChase::End(EndCause cause) {
  ended_ = true;
  connections_.Cancel(std::exchange(waiting_, 0));
  if (running_ == nullptr) return false;
  running_->End(cause);
  return last_cause_ == EndCause::kOutcomeUnknown;
}

void ReferralChase::Pause() {
  paused_ = true;
  if (running_ != nullptr) running_->Pause();
}

void ReferralChase::Resume() {
  paused_ = false;
  if (running_ != nullptr) running_->Resume();
  GoInLaterTurn();
}

void ReferralChase::GoInLaterTurn() {
  loop_.Post([self = self_] {
    if (*self) (*self)->Go();
  });
}

void ReferralChase::Go() {
  if (std::exchange(going_, true)) return;
  while (!ended_ && waiting_ == 0 && running_ == nullptr) {
    if (!current_ && steps_.empty()) {
      Finish();
    } else if (paused_) {
      break;
    } else if (!current_) {
      current_ = std::move(steps_.front());
      steps_.pop_front();
      noted_ = 0;
    } else if (current_->places.empty()) {
      LeaveCurrent();
    } else {
      TryNextPlace();
    }
  }
  going_ = false;
}

void ReferralChase::Finish() {
  ended_ = true;
  end_.result.followed = std::move(asked_);
  follower_.OnChaseEnd(std::move(end_));
}

bool ReferralChase::SizeUsedUp() const {
  const auto* search = std::get_if<SearchRequest>(&original_.body);
  return search != nullptr && search->size_limit > 0 && entries_ >= search->size_limit;
}

void ReferralChase::TryNextPlace() {
  FollowedPlace place = std::move(current_->places.front());
  current_->places.pop_front();
  const auto unreachable = unreachable_.find(HostPort(place.server));
  if (unreachable != unreachable_.end()) {
    current_->why = unreachable->second;
  } else if (SizeUsedUp()) {
    current_->why = kSizeLimit;
  } else if (!visited_.insert(KeyOf(place)).second) {
    current_->why = kLoop;
  } else {
    place_ = std::move(place);
    auto asked = connections_.Ask(place_.server, [this](Outcome<Session*> connected) {
      waiting_ = 0;
      OnConnection(std::move(connected));
      Go();
    });
    if (const auto* ticket = std::get_if<ReferralConnections::Ticket>(&asked)) {
      waiting_ = *ticket;
    } else if (auto* session = std::get_if<Session*>(&asked)) {
      RunAtPlace(**session);
    } else {
      OnConnection(std::move(std::get<Failure>(asked)));
    }
  }
}

void ReferralChase::OnConnection(Outcome<Session*> connected) {
  if (connected.ok()) {
    RunAtPlace(**connected);
    return;
  }
  current_->why = connected.failure().reason;
  unreachable_[HostPort(place_.server)] = current_->why;
}

void ReferralChase::RunAtPlace(Session& session) {
  OperationRequest request = RequestAt(place_, original_);
  if (auto* search = std::get_if<SearchRequest>(&request.body); search != nullptr && search->size_limit > 0) {
    search->size_limit -= static_cast<int>(entries_);
  }
  auto begun = session.Begin(name_, std::move(request), *this);
  if (!begun.ok()) {
    current_->why = begun.failure().reason;
    return;
  }
  running_ = *begun;
  if (std::find(asked_.begin(), asked_.end(), place_.server.text) == asked_.end()) {
    asked_.push_back(place_.server.text);
  }
  if (paused_) running_->Pause();
}

void ReferralChase::LeaveCurrent() {
  const Step left = *std::exchange(current_, std::nullopt);
  if (left.is_result) {
    end_.result.not_followed = left.why;
    LeaveAll(kOperationFailed);
  } else {
    Leave(left);
  }
}

void ReferralChase::LeaveAll(const char* why) {
  for (Step& step : std::exchange(steps_, {})) {
    step.why = why;
    Leave(step);
  }
  noted_ = 0;
}

void ReferralChase::Leave(const Step& step) {
  const std::vector<std::string_view> uris(step.uris.begin(), step.uris.end());
  follower_.OnReferenceLeft({.uris = uris, .controls = step.controls, .not_followed = step.why});
}

void ReferralChase::OnEntry(const EntryView& entry) {
  ++entries_;
  follower_.OnFollowedEntry(entry);
}

void ReferralChase::OnReference(const ReferenceView& reference) { NoteAt(reference, current_->hops + 1); }

void ReferralChase::OnIntermediate(const IntermediateView& intermediate) {
  follower_.OnFollowedIntermediate(intermediate);
}

void ReferralChase::OnEnd(const OperationEnd& end) {
  running_ = nullptr;
  last_cause_ = end.cause;
  if (ended_) return;
  if (end.cause == EndCause::kResult) {
    OnResult(end);
  } else if (end.cause == EndCause::kOutcomeUnknown) {
    end_ = end;
    current_.reset();
  } else {
    // Entries of it may have gone out: no other place is asked for the same.
    current_->places.clear();
    current_->why = end.cause == EndCause::kLost ? kConnectionLost : kFailed;
  }
  Go();
}

void ReferralChase::OnResult(const OperationEnd& end) {
  const int code = end.result.code;
  if (code == ldap_code::kReferral) {
    OnReferral(end);
  } else if (current_->is_result) {
    end_ = end;
    current_.reset();
    if (code != ldap_code::kSuccess) LeaveAll(kOperationFailed);
  } else if (code == ldap_code::kSuccess) {
    current_.reset();
  } else {
    current_->places.clear();
    current_->why = "LDAP_RESULT_" + std::to_string(code);
  }
}

// It refers in its turn. The caller gets what leads farther, but for a reference, which stays as he would have got it.
void ReferralChase::OnReferral(const OperationEnd& end) {
  if (current_->is_result) end_ = end;
  ++current_->hops;
  current_->places.clear();
  current_->why = Vet(end.result.referrals, false, *current_);
  if (!current_->places.empty()) ++followed_;
}

}  // namespace dirlease
