// LdapHandle without libldap and without a directory: what it is asked is recorded in its
// FakeLdapPeer, what it answers is scripted there. It checks its caller: two Unbinds, a use after
// Unbind, an Abandon of what is not outstanding, a Fill over buffered input or a destruction
// without Unbind fail the test. Loop thread only, as the contract has it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ldap/ldap_handle.h"
#include "support/fake_ldap_peer.h"
#include "support/manual_event_loop.h"

namespace dirlease::testing {

class FakeLdapHandle final : public LdapHandle {
 public:
  // One handle per peer.
  explicit FakeLdapHandle(std::shared_ptr<FakeLdapPeer> peer);
  ~FakeLdapHandle() override;

  // Of the whole process, thread-safe.
  static int LiveCount();
  static int DestroyedWithoutUnbind();

  Sent Bind(const BindRequest& request) override;
  Sent Search(const SearchRequest& request, const std::vector<Control>& controls) override;
  Sent Compare(const CompareRequest& request, const std::vector<Control>& controls) override;
  Sent Add(const AddRequest& request, const std::vector<Control>& controls) override;
  Sent Modify(const ModifyRequest& request, const std::vector<Control>& controls) override;
  Sent Delete(const DeleteRequest& request, const std::vector<Control>& controls) override;
  Sent ModifyDn(const ModifyDnRequest& request, const std::vector<Control>& controls) override;
  Sent Extended(const ExtendedRequest& request, const std::vector<Control>& controls) override;
  bool Abandon(int message_id) override;
  int fd() const override { return peer_->fd(); }
  Filled Fill() override;
  bool has_buffered_input() const override;
  Next TakeNext(absl::FunctionRef<void(const ResponseView&)> callback) override;
  size_t partial_message_octets() const override;
  bool Flush() override;
  size_t unsent_octets() const override;
  uint64_t written_octets() const override;
  bool tls() const override { return false; }
  std::string ChannelBindingOctets(ChannelBinding) const override { return ""; }
  UniqueFd Unbind() override;

 private:
  void CheckUsable(const char* call) const;

  const std::shared_ptr<FakeLdapPeer> peer_;
  bool unbound_ = false;
};

// Tells the loop that the peer's descriptor is readable, for as long as chunks are queued and
// somebody wants them.
void PumpInput(ManualEventLoop& loop, const FakeLdapPeer& peer);

}  // namespace dirlease::testing
