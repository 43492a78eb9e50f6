// LdapHandle over libldap: one LDAP* from ldap_init_fd to ldap_unbind_ext, reading and writing
// through our own buffers.
//
// One thread at a time: a connector thread until it is secured, then the loop for the rest of its
// life. libldap never connects, never waits, never closes the socket, never follows a referral and
// never reconnects (LDAP_OPT_KEEPCONN).
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "ldap/ldap_handle.h"
#include "ldap/ldap_uri.h"
#include "ldap/libldap/message_framing.h"
#include "ldap/libldap/response_decoder.h"
#include "ldap/libldap/socket_buffer.h"

struct ldap;
struct sockbuf;

namespace dirlease {

class LibldapHandle final : public LdapHandle {
 public:
  // Takes over a connected, non-blocking socket. `uri` gives the host name that a certificate is
  // checked against. Null: memory or descriptors ran out; the socket is closed.
  static std::unique_ptr<LibldapHandle> Open(UniqueFd socket, const LdapUri& uri);
  ~LibldapHandle() override;

  Sent Bind(const BindRequest& request) override;
  Sent Search(const SearchRequest& request, const std::vector<Control>& controls) override;
  Sent Compare(const CompareRequest& request, const std::vector<Control>& controls) override;
  Sent Add(const AddRequest& request, const std::vector<Control>& controls) override;
  Sent Modify(const ModifyRequest& request, const std::vector<Control>& controls) override;
  Sent Delete(const DeleteRequest& request, const std::vector<Control>& controls) override;
  Sent ModifyDn(const ModifyDnRequest& request, const std::vector<Control>& controls) override;
  Sent Extended(const ExtendedRequest& request, const std::vector<Control>& controls) override;
  bool Abandon(int message_id) override;

  int fd() const override { return buffer_.fd(); }
  Filled Fill() override { return buffer_.Fill(); }
  bool has_buffered_input() const override;
  // The callback may Unbind this handle, but not destroy it.
  Next TakeNext(absl::FunctionRef<void(const ResponseView&)> callback) override;
  size_t partial_message_octets() const override { return framing_.partial_octets(); }
  bool Flush() override { return buffer_.Flush(); }
  size_t unsent_octets() const override { return buffer_.unsent_octets(); }
  uint64_t written_octets() const override { return buffer_.written_octets(); }
  bool tls() const override { return tls_; }
  std::string ChannelBindingOctets(ChannelBinding kind) const override;
  UniqueFd Unbind() override;

  // For the connector phase (secure_connection.h).
  ldap* libldap() { return ldap_; }
  SocketBuffer& buffer() { return buffer_; }
  void SetTls() { tls_ = true; }

 private:
  explicit LibldapHandle(UniqueFd socket) : buffer_(std::move(socket)) {}
  bool Initialise(const LdapUri& uri);
  bool SetOptions();
  bool MayNotSend() const;
  // `answer_tag`: of the only final response that the request may get.
  Sent Finish(int error, int message_id, int answer_tag);
  // Nothing was sent.
  Sent Refuse(int error);
  // kNothing: the buffer does not begin with a whole entry that could be taken without libldap.
  Next TakeEntryInPlace(absl::FunctionRef<void(const ResponseView&)> callback);
  // False: it answers another request than the one that was sent with its id. Unknown ids are let through.
  bool Fits(const ReceivedMessage& message);

  SocketBuffer buffer_;
  MessageFraming framing_;
  ldap* ldap_ = nullptr;  // null before Initialise and after Unbind
  sockbuf* sockbuf_ = nullptr;
  bool tls_ = false;
  int last_message_id_ = 0;
  absl::flat_hash_map<int, int> answer_tags_;  // of the requests without a final response, by message id
  int notices_ = 0;
  ResponseDecoder decoder_;
};

}  // namespace dirlease
