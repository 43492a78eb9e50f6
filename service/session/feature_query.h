// What a directory offers: what its target knows, or else its root DSE says (RFC 4512 section 5.1). Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "ldap/connection.h"
#include "session/call_error.h"
#include "session/directory_features.h"
#include "session/target.h"

namespace dirlease {

class FeatureQuery final : private Connection::Exchange {
 public:
  static constexpr absl::Duration kTimeout = absl::Seconds(30);
  // Empty: the directory does not say. An error: it is gone, or silent.
  using Result = std::variant<std::optional<DirectoryFeatures>, CallError>;
  using Callback = absl::AnyInvocable<void(Result)>;

  // The callback comes once, possibly within Start; it may destroy this. `connection` outlives this or is closed.
  // `target` learns what is found out of its directory at `uri`, and outlives this.
  FeatureQuery(EventLoop& loop, Target& target, std::string uri, Connection& connection, Callback callback)
      : loop_(loop), target_(target), uri_(std::move(uri)), connection_(connection), callback_(std::move(callback)) {}
  // Unanswered: the connection hears of it no more.
  ~FeatureQuery() override;

  void Start();

 private:
  void OnResponse(const ResponseView& response) override;
  void OnConnectionLost(const LdapResult& last_word) override;
  void OnEntry(const EntryView& entry);
  void Answer(Result result);

  EventLoop& loop_;
  Target& target_;
  const std::string uri_;
  Connection& connection_;
  Callback callback_;
  std::unique_ptr<Timer> timer_;
  int message_id_ = 0;  // 0 = none unanswered
  DirectoryFeatures features_;
};

}  // namespace dirlease
