#include "support/fake_ldap_handle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <utility>

namespace dirlease::testing {

namespace {
std::atomic<int> live_count{0};
std::atomic<int> destroyed_without_unbind{0};
}  // namespace

FakeLdapHandle::FakeLdapHandle(std::shared_ptr<FakeLdapPeer> peer) : peer_(std::move(peer)) {
  ++live_count;
}

FakeLdapHandle::~FakeLdapHandle() {
  --live_count;
  if (unbound_) return;
  ++destroyed_without_unbind;
  ADD_FAILURE() << "LdapHandle destroyed without Unbind";
}

int FakeLdapHandle::LiveCount() { return live_count; }
int FakeLdapHandle::DestroyedWithoutUnbind() { return destroyed_without_unbind; }

void FakeLdapHandle::CheckUsable(const char* call) const {
  if (unbound_) ADD_FAILURE() << call << " after Unbind";
}

LdapHandle::Sent FakeLdapHandle::Bind(const BindRequest& request) {
  CheckUsable("Bind");
  SentBind bind{.name = request.name, .password = std::string(request.password.Reveal())};
  if (request.sasl) bind.mechanism = request.sasl->mechanism;
  if (request.sasl && request.sasl->credentials) bind.credentials = request.sasl->credentials->Reveal();
  return peer_->Send({.message_id = 0, .body = std::move(bind), .controls = request.controls},
                     "bind");
}

LdapHandle::Sent FakeLdapHandle::Search(const SearchRequest& request,
                                        const std::vector<Control>& controls) {
  CheckUsable("Search");
  return peer_->Send({.message_id = 0, .body = request, .controls = controls}, "search");
}

LdapHandle::Sent FakeLdapHandle::Compare(const CompareRequest& request,
                                         const std::vector<Control>& controls) {
  CheckUsable("Compare");
  return peer_->Send({.message_id = 0, .body = request, .controls = controls}, "compare");
}

LdapHandle::Sent FakeLdapHandle::Add(const AddRequest& request,
                                     const std::vector<Control>& controls) {
  CheckUsable("Add");
  return peer_->Send({.message_id = 0, .body = request, .controls = controls}, "add");
}

LdapHandle::Sent FakeLdapHandle::Modify(const ModifyRequest& request,
                                     const std::vector<Control>& controls) {
  CheckUsable("Modify");
  return peer_->Send({.message_id = 0, .body = request, .controls = controls}, "modify");
}

LdapHandle::Sent FakeLdapHandle::Delete(const DeleteRequest& request,
                                     const std::vector<Control>& controls) {
  CheckUsable("Delete");
  return peer_->Send({.message_id = 0, .body = request, .controls = controls}, "delete");
}

LdapHandle::Sent FakeLdapHandle::ModifyDn(const ModifyDnRequest& request,
                                     const std::vector<Control>& controls) {
  CheckUsable("ModifyDn");
  return peer_->Send({.message_id = 0, .body = request, .controls = controls}, "modifydn");
}

LdapHandle::Sent FakeLdapHandle::Extended(const ExtendedRequest& request,
                                     const std::vector<Control>& controls) {
  CheckUsable("Extended");
  SentExtended extended{.oid = request.oid, .value = {}};
  if (request.value) extended.value = std::string(request.value->Reveal());
  return peer_->Send({.message_id = 0, .body = std::move(extended), .controls = controls},
                     "extended");
}

bool FakeLdapHandle::Abandon(int message_id) {
  CheckUsable("Abandon");
  return peer_->Abandon(message_id);
}

LdapHandle::Filled FakeLdapHandle::Fill() {
  CheckUsable("Fill");
  return peer_->Fill();
}

bool FakeLdapHandle::has_buffered_input() const {
  CheckUsable("has_buffered_input");
  return peer_->has_buffered_input();
}

LdapHandle::Next FakeLdapHandle::TakeNext(absl::FunctionRef<void(const ResponseView&)> callback) {
  CheckUsable("TakeNext");
  return peer_->TakeNext(callback);
}

size_t FakeLdapHandle::partial_message_octets() const {
  CheckUsable("partial_message_octets");
  return peer_->partial_octets();
}

bool FakeLdapHandle::Flush() {
  CheckUsable("Flush");
  return peer_->Flush();
}

size_t FakeLdapHandle::unsent_octets() const {
  CheckUsable("unsent_octets");
  return peer_->unsent_octets();
}

uint64_t FakeLdapHandle::written_octets() const { return peer_->written_octets(); }

UniqueFd FakeLdapHandle::Unbind() {
  CheckUsable("Unbind");
  unbound_ = true;
  return peer_->Unbind();
}

void PumpInput(ManualEventLoop& loop, const FakeLdapPeer& peer) {
  loop.RunUntilIdle();
  while (peer.queued_chunks() > 0) {
    const size_t fills = peer.fills();
    if (!loop.Signal(peer.fd(), EPOLLIN)) return;
    loop.RunUntilIdle();
    // Nobody read although told so: told again it would go on forever.
    if (peer.fills() == fills) return;
  }
}

}  // namespace dirlease::testing
