// A bind on a lease that is there: a Rebind, or the further steps of one that OpenSession began. The lease runs nothing
// else meanwhile.
//
//   step runs --> wants more --Continue--> step runs --> bound (what the directory offers is asked, where unknown)
//       |             \--kMostPause passed--\                    \--> ended
//       +-- refused, silent, lost, End ------+--> ended
//
// Loop thread only. Owned by its Session.
#pragma once

#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "session/bind_conversation.h"
#include "session/bound_identity.h"
#include "session/feature_query.h"
#include "session/open_request.h"
#include "session/target.h"

namespace dirlease {

class LeaseBind final {
 public:
  // Between two steps the caller has so long.
  static constexpr absl::Duration kMostPause = absl::Seconds(30);

  enum class Occasion { kOpen, kRebind };
  struct Plan {
    Occasion occasion = Occasion::kRebind;
    Caller caller;
    BoundIdentity identity;  // when it succeeds
    std::string uri;         // of the directory
  };
  // Hears of each step's end; of a failure once and last, of one without more_steps last. It destroys this in a later turn.
  using OnStep = absl::AnyInvocable<void(LeaseBind&, BindConversation::Result)>;

  // `target` and `connection` outlive this.
  LeaseBind(EventLoop& loop, Target& target, Connection& connection, Plan plan, OnStep on_step);

  // Either of them, once. The second one waits for the caller's next message.
  void Start(BindRequest request);
  void Await(std::unique_ptr<BindConversation> conversation);
  // REQUIRES: !step_running().
  void Continue(std::optional<Secret> credentials);
  // The lease ends: nothing is left at the connection. Tells `end` if it was not told one.
  void End(OperationEnd end);

  bool step_running() const { return step_running_; }
  const Plan& plan() const { return plan_; }
  // What the directory was found to offer, if it was asked.
  const std::optional<DirectoryFeatures>& features() const { return features_; }

 private:
  void OnResult(BindConversation::Result result);
  void OnFeatures(FeatureQuery::Result result);
  void AwaitCaller();
  void Tell(BindConversation::Result result);

  EventLoop& loop_;
  Target& target_;
  Connection& connection_;
  const Plan plan_;
  OnStep on_step_;  // null = it has ended
  const std::unique_ptr<Timer> pause_timer_;
  std::unique_ptr<BindConversation> conversation_;
  std::unique_ptr<FeatureQuery> query_;
  BindStep bound_;
  std::optional<DirectoryFeatures> features_;
  bool step_running_ = false;
};

}  // namespace dirlease
