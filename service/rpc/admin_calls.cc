#include "rpc/admin_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "rpc/convert_session.h"
#include "rpc/convert_time.h"

namespace dirlease {

namespace {

constexpr int kDefaultPage = 100;
constexpr int kMostOnPage = 1000;
constexpr std::string_view kTokenStart = "after-";
// No drain lasts longer; whoever writes more means "for ever".
constexpr absl::Duration kMostGrace = absl::Hours(24 * 365);

// Somebody may have sent a token in its place, and the log has none.
std::string_view LoggableId(std::string_view id) { return id.starts_with("s-") ? id : "no id"; }

}  // namespace

std::string PageTokenAfter(LeaseId lease) { return fmt::format("{}{:016x}", kTokenStart, lease); }

std::optional<LeaseId> LeaseOfPageToken(const std::string& token) {
  if (!token.starts_with(kTokenStart) || token.size() != kTokenStart.size() + 16) {
    return std::nullopt;
  }
  LeaseId lease = 0;
  const char* const end = token.data() + token.size();
  const auto read = std::from_chars(token.data() + kTokenStart.size(), end, lease, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return lease;
}

void AdminCall::Log(std::string_view what, std::string_view outcome) const {
  log::Info("admin call", {{"method", *context_.operation},
                           {"caller", info_.caller.owner},
                           {"peer", info_.caller.peer},
                           {"what", what},
                           {"outcome", outcome}});
}

void ListSessionsCall::Run() {
  const int size = request_.page_size();
  if (size < 0 || size > kMostOnPage) {
    return Fail(InvalidField("page_size", "is not between 0 and 1000; 0 = 100"));
  }
  LeaseId after = 0;
  if (!request_.page_token().empty()) {
    const auto lease = LeaseOfPageToken(request_.page_token());
    if (!lease) {
      return Fail(InvalidField("page_token",
                               "is no next_page_token of this method; empty = the first page"));
    }
    after = *lease;
  }
  const size_t wanted = static_cast<size_t>(size == 0 ? kDefaultPage : size);
  std::vector<Session*> leases = manager_.LeasesAfter(after, wanted + 1, request_.owner());
  const bool more = leases.size() > wanted;
  if (more) leases.pop_back();
  for (const Session* session : leases) {
    admin::v1::ListSessionsResponse::Item& item = *response_.add_items();
    DescriptionToProto(manager_.Describe(*session), *item.mutable_session());
    item.set_owner(session->facts().owner);
  }
  if (more) response_.set_next_page_token(PageTokenAfter(leases.back()->lease()));
  // Not the owner asked for: somebody may have sent a token in its place, and the log has none.
  Log(request_.owner().empty() ? "all" : "one owner", fmt::format("{} leases", leases.size()));
  FinishOk();
}

void RevokeSessionCall::Run() {
  const std::string& id = request_.session_id();
  if (id.empty()) {
    return Fail(InvalidField("session_id", "is empty: ListSessions has the public ids"));
  }
  response_.set_was_active(manager_.Revoke(id));
  Log(LoggableId(id), response_.was_active() ? "revoked" : "not found");
  FinishOk();
}

void DrainCall::Run() {
  absl::Duration grace = hooks_.drain_grace;
  if (request_.has_grace()) {
    const auto wanted = DurationFromProto(request_.grace());
    if (!wanted || *wanted < absl::ZeroDuration()) {
      return Fail(InvalidField("grace", "is negative or no valid duration; unset = as configured"));
    }
    grace = std::min(*wanted, kMostGrace);
  }
  hooks_.on_drain();
  const bool first = !manager_.draining();
  manager_.Drain(grace, [first] {
    if (first) log::Info("no lease is left");
  });
  if (grace <= absl::ZeroDuration()) manager_.EndGrace();
  response_.set_active_sessions(static_cast<int32_t>(manager_.size()));
  response_.set_active_operations(static_cast<int32_t>(manager_.ActiveOperations()));
  Log(absl::FormatDuration(grace), fmt::format("{} leases left", manager_.size()));
  FinishOk();
}

void SetLogLevelCall::Run() {
  const std::string& name = request_.level();
  const auto level = name.empty() ? log::CurrentLevel() : log::ParseLevel(name);
  if (!level) return Fail(InvalidField("level", "is none of debug, info, warning, error"));
  response_.set_former_level(std::string(log::LevelName(log::CurrentLevel())));
  // The more talkative of the two is in force while this is logged.
  if (*level < log::CurrentLevel()) Set(*level);
  Log(log::LevelName(*level), "was " + response_.former_level());
  Set(*level);
  FinishOk();
}

void SetLogLevelCall::Set(log::Level level) {
  log::SetLevel(level);
  hooks_.on_log_level(level);
}

}  // namespace dirlease
