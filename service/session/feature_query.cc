#include "session/feature_query.h"

#include <utility>

#include "model/paged_results.h"
#include "model/session_tracking.h"
#include "session/no_answer.h"

namespace dirlease {

FeatureQuery::~FeatureQuery() {
  if (message_id_ != 0) connection_.Forget(message_id_);
}

void FeatureQuery::Start() {
  if (const auto known = target_.Features(uri_)) {
    Answer(known);
    return;
  }
  const SearchRequest request{
      .scope = Scope::kBase, .filter = "(objectClass=*)", .attributes = {"supportedControl"}};
  const LdapHandle::Sent sent =
      connection_.Send(*this, [&](LdapHandle& handle) { return handle.Search(request, {}); });
  if (sent.error != 0) {
    Answer(NotSent(sent.error));
    return;
  }
  message_id_ = sent.message_id;
  timer_ = loop_.NewTimer([this] { Answer(Silent()); });
  timer_->ArmAt(loop_.Now() + kTimeout);
}

void FeatureQuery::OnResponse(const ResponseView& response) {
  if (response.kind == ResponseView::Kind::kEntry) OnEntry(*response.entry);
  if (response.kind != ResponseView::Kind::kResult) return;
  message_id_ = 0;
  if (response.result->code == ldap_code::kSuccess) {
    target_.SetFeatures(uri_, features_);
    Answer(std::optional(features_));
  } else {
    Answer(std::optional<DirectoryFeatures>());
  }
}

void FeatureQuery::OnEntry(const EntryView& entry) {
  for (const AttributeView& attribute : entry.attributes) {
    for (const std::string_view oid : attribute.values) {
      features_.paged_results |= oid == kPagedResultsOid;
      features_.session_tracking |= oid == kSessionTrackingOid;
    }
  }
}

void FeatureQuery::OnConnectionLost(const LdapResult& last_word) {
  message_id_ = 0;
  Answer(LostWith(last_word));
}

void FeatureQuery::Answer(Result result) {
  timer_.reset();
  std::exchange(callback_, nullptr)(std::move(result));
}

}  // namespace dirlease
