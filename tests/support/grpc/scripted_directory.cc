#include "support/grpc/scripted_directory.h"

#include <gtest/gtest.h>

#include <utility>

namespace dirlease::testing {

namespace {
bool IsRootDse(const SentRequest& request) {
  const auto* search = std::get_if<SearchRequest>(&request.body);
  return search != nullptr && search->base_dn.empty() && search->scope == Scope::kBase;
}
}  // namespace

ScriptedDirectory::ScriptedDirectory(FakeConnector& connector) : connector_(connector) {
  connector_.AutoSucceed([this] { return NewPeer(); });
}

FakeLdapPeer& ScriptedDirectory::connection(size_t number) const {
  return *connector_.peers().at(number);
}

int ScriptedDirectory::AwaitSearch(size_t number, size_t connection) const {
  connector_.AwaitAttempts(connection + 1);
  FakeLdapPeer& peer = this->connection(connection);
  for (size_t asked = number;; ++asked) {
    if (!peer.AwaitCountOf("search", asked)) return 0;
    size_t found = 0;
    for (const SentRequest& request : peer.requests()) {
      if (!std::holds_alternative<SearchRequest>(request.body) || IsRootDse(request)) continue;
      if (++found == number) return request.message_id;
    }
  }
}

size_t ScriptedDirectory::abandons() const {
  size_t count = 0;
  for (const auto& peer : connector_.peers()) count += peer->CountOf("abandon");
  return count;
}

size_t ScriptedDirectory::unbinds() const {
  size_t count = 0;
  for (const auto& peer : connector_.peers()) count += peer->CountOf("unbind");
  return count;
}

void ScriptedDirectory::AnswerBindsWith(LdapResult result) {
  std::lock_guard lock(mutex_);
  bind_result_ = std::move(result);
}

void ScriptedDirectory::HoldBinds() {
  std::lock_guard lock(mutex_);
  hold_binds_ = true;
}

std::shared_ptr<FakeLdapPeer> ScriptedDirectory::NewPeer() {
  auto peer = std::make_shared<FakeLdapPeer>(FakeLdapPeer::Descriptor::kSocket);
  peer->OnRequest(
      [this](FakeLdapPeer& asked, const SentRequest& request) { Answer(asked, request); });
  return peer;
}

void ScriptedDirectory::Answer(FakeLdapPeer& peer, const SentRequest& request) {
  if (std::holds_alternative<SentBind>(request.body)) {
    std::lock_guard lock(mutex_);
    if (!hold_binds_) peer.Queue(ResultMessage(request.message_id, bind_result_));
  } else if (const auto* compare = std::get_if<CompareRequest>(&request.body)) {
    const bool matched = compare->value == "yes";
    peer.Queue(ResultMessage(request.message_id,
                             matched ? ldap_code::kCompareTrue : ldap_code::kCompareFalse));
  } else if (std::holds_alternative<SentExtended>(request.body)) {
    peer.Queue(ExtendedResultMessage(request.message_id, {}, "", "dn:cn=me"));
  } else if (IsRootDse(request)) {
    peer.Queue({EntryMessage(request.message_id, ""), ResultMessage(request.message_id)});
  }
}

std::vector<FakeMessage> Entries(int message_id, int first, int count, size_t octets) {
  std::vector<FakeMessage> entries;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(first + i);
    entries.push_back(EntryMessage(message_id, "cn=" + number + ",dc=example",
                                   {{"cn", {number}}, {"value", {std::string(octets, 'v')}}}));
  }
  return entries;
}

}  // namespace dirlease::testing
