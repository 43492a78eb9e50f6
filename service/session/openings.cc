#include "session/openings.h"

#include <algorithm>
#include <utility>

namespace dirlease {

Openings::Openings(OpenAttempt::Services services, Telemetry& telemetry, OnDone on_done)
    : services_(services), telemetry_(telemetry), on_done_(std::move(on_done)) {}

Openings::Joined Openings::Join(const std::string& key, const Digest& digest,
                                Opening::Waiter& waiter) {
  const auto same = std::find_if(openings_.begin(), openings_.end(), [&](const auto& entry) {
    return entry.second->opening.request_key == key;
  });
  if (same == openings_.end()) return Joined::kNo;
  Opening& opening = same->second->opening;
  if (!EqualInConstantTime(opening.request_digest, digest)) return Joined::kDifferent;
  opening.waiters.push_back(std::move(waiter));
  return Joined::kYes;
}

void Openings::Start(Opening opening, BindRequest bind) {
  const Id id = ++last_id_;
  Target& target = *opening.target;
  Running& started = *(openings_[id] = std::make_unique<Running>());
  started.opening = std::move(opening);
  started.attempt = std::make_unique<OpenAttempt>(
      services_, target, std::move(bind), OpenAttempt::Options{.config = started.opening.config, .more_steps = true},
      [this, id](OpenAttempt::Result result) { Finish(id, std::move(result)); });
}

void Openings::Finish(Id id, OpenAttempt::Result result) {
  const auto found = openings_.find(id);
  const std::unique_ptr<Running> done = std::move(found->second);
  openings_.erase(found);
  if (const auto* error = std::get_if<CallError>(&result)) TellFailed(done->opening, *error);
  on_done_(done->opening, std::move(result));
}

void Openings::TellFailed(const Opening& opening, const CallError& error) const {
  telemetry_.OnOpenFailed(opening.target->config().name, opening.identity.bind_name, opening.caller, error);
}

bool Openings::Cancel(Opening::Ticket ticket) {
  for (auto entry = openings_.begin(); entry != openings_.end(); ++entry) {
    auto& waiters = entry->second->opening.waiters;
    const auto his = [ticket](const Opening::Waiter& waiter) { return waiter.ticket == ticket; };
    if (std::erase_if(waiters, his) == 0) continue;
    if (!waiters.empty()) return false;
    TellFailed(entry->second->opening, OperationEnd{.cause = EndCause::kCancelled});
    openings_.erase(entry);
    return true;
  }
  return false;
}

void Openings::FailAll(const Failure& failure) {
  // What they connected is the reaper's from here on.
  for (const auto& [id, running] : std::exchange(openings_, {})) {
    TellFailed(running->opening, failure);
    for (Opening::Waiter& waiter : running->opening.waiters) waiter.callback(CallError(failure));
  }
}

size_t Openings::CountOwnedBy(std::string_view owner) const {
  return static_cast<size_t>(
      std::count_if(openings_.begin(), openings_.end(), [owner](const auto& entry) {
        return entry.second->opening.caller.owner == owner;
      }));
}

}  // namespace dirlease
