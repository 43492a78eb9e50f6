#include "session/open_attempt.h"

#include <algorithm>
#include <utility>

#include "model/paged_results.h"
#include "model/session_tracking.h"
#include "session/connect_failure.h"

namespace dirlease {

namespace {
OperationEnd LostWith(const LdapResult& last_word) {
  return {.cause = EndCause::kLost, .result = last_word};
}
}  // namespace

OpenAttempt::OpenAttempt(Services services, Target& target, BindRequest bind, Callback callback)
    : services_(services), target_(target), bind_(std::move(bind)), callback_(std::move(callback)) {
  connecting_ = target_.connector().Connect(
      target_.config(), [this](Connected connected) { OnConnected(std::move(connected)); });
}

OpenAttempt::~OpenAttempt() { DropConnection(); }

void OpenAttempt::OnConnected(Connected connected) {
  target_.OnConnectOutcome(connected.handle != nullptr);
  if (connected.handle == nullptr) {
    Fail(NotConnected(connected.failure, target_.config().name));
    return;
  }
  uri_ = std::move(connected.uri);
  connection_ = std::make_unique<Connection>(services_.loop, services_.budget,
                                             std::move(connected.handle),
                                             static_cast<Connection::Observer&>(*this));
  timer_ = services_.loop.NewTimer([this] { OnTimeout(); });
  SendBind();
}

CallError OpenAttempt::NotSent(int error) {
  OperationEnd end{.cause = error == ldap_code::kServerDown ? EndCause::kLost : EndCause::kInternal};
  end.result.code = error;
  return end;
}

void OpenAttempt::SendBind() {
  const LdapHandle::Sent sent =
      connection_->Send(*this, [this](LdapHandle& handle) { return handle.Bind(bind_); });
  bind_.password.Clear();
  if (sent.error != 0) {
    Fail(NotSent(sent.error));
    return;
  }
  message_id_ = sent.message_id;
  timer_->ArmAt(services_.loop.Now() + kStepTimeout);
}

void OpenAttempt::OnResponse(const ResponseView& response) {
  if (response.kind == ResponseView::Kind::kEntry && bound_) OnRootDseEntry(*response.entry);
  if (response.kind != ResponseView::Kind::kResult) return;
  message_id_ = 0;
  if (!bound_) {
    OnBound(*response.result);
    return;
  }
  if (response.result->code == ldap_code::kSuccess) {
    target_.SetFeatures(uri_, features_);
  }
  Succeed();
}

void OpenAttempt::OnBound(const LdapResult& result) {
  if (result.code != ldap_code::kSuccess) {
    OperationEnd end{.cause = EndCause::kResult, .result = result};
    // Answers to a compare: no caller may take them for the success of a bind that granted nothing.
    if (result.code == ldap_code::kCompareTrue || result.code == ldap_code::kCompareFalse) {
      end.result.code = ldap_code::kDecodingError;
    }
    Fail(std::move(end));
    return;
  }
  bound_ = true;
  bind_result_ = result;
  if (const auto known = target_.Features(uri_)) {
    features_ = *known;
    Succeed();
  } else {
    ReadRootDse();
  }
}

void OpenAttempt::ReadRootDse() {
  const SearchRequest request{
      .scope = Scope::kBase, .filter = "(objectClass=*)", .attributes = {"supportedControl"}};
  const LdapHandle::Sent sent =
      connection_->Send(*this, [&](LdapHandle& handle) { return handle.Search(request, {}); });
  if (sent.error != 0) {
    Fail(NotSent(sent.error));
    return;
  }
  message_id_ = sent.message_id;
  timer_->ArmAt(services_.loop.Now() + kStepTimeout);
}

void OpenAttempt::OnRootDseEntry(const EntryView& entry) {
  for (const AttributeView& attribute : entry.attributes) {
    for (const std::string_view oid : attribute.values) {
      features_.paged_results |= oid == kPagedResultsOid;
      features_.session_tracking |= oid == kSessionTrackingOid;
    }
  }
}

void OpenAttempt::OnConnectionLost(const LdapResult& last_word) {
  // Comes as exchange first, then as observer: the first one ends this.
  message_id_ = 0;
  if (callback_) Fail(LostWith(last_word));
}

void OpenAttempt::OnTimeout() {
  LdapResult silent;
  silent.code = ldap_code::kTimeout;
  silent.diagnostic_message = "the directory did not answer in time";
  Fail(OperationEnd{.cause = EndCause::kResult, .result = std::move(silent)});
}

void OpenAttempt::Fail(CallError error) {
  DropConnection();
  std::exchange(callback_, nullptr)(std::move(error));
}

void OpenAttempt::Succeed() {
  timer_.reset();
  Opened opened{.connection = std::move(connection_),
                .bind_result = std::move(bind_result_),
                .uri = uri_,
                .features = features_};
  std::exchange(callback_, nullptr)(std::move(opened));
}

void OpenAttempt::DropConnection() {
  timer_.reset();
  if (connection_ == nullptr) return;
  // The bind or the root DSE's answer may be under way: unbinding ends both.
  if (message_id_ != 0) connection_->Forget(message_id_);
  services_.reaper.Take(std::move(connection_));
}

}  // namespace dirlease
