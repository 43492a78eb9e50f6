#include "ldap/libldap/libldap_handle.h"

#include <ldap.h>
#include <openldap.h>

#include <cassert>

#include "ldap/libldap/channel_binding.h"
#include "ldap/libldap/libldap_message.h"
#include "ldap/libldap/sockbuf_layers.h"
#include "ldap/libldap/whole_message.h"

namespace dirlease {

namespace {

// Ids are never used twice; Abandon and Unbind need some too, and beyond 2^31 libldap's become
// negative.
constexpr int kLastMessageId = 1 << 30;
// Before 2.5.19 libldap leaks the texts of each notice.
constexpr int kMostNotices = 100;

}  // namespace

std::unique_ptr<LibldapHandle> LibldapHandle::Open(UniqueFd socket, const LdapUri& uri) {
  std::unique_ptr<LibldapHandle> handle(new LibldapHandle(std::move(socket)));
  if (handle->Initialise(uri)) return handle;
  if (handle->ldap_ != nullptr) handle->Unbind();
  return nullptr;
}

LibldapHandle::~LibldapHandle() { assert(ldap_ == nullptr); }

bool LibldapHandle::Initialise(const LdapUri& uri) {
  // Always the ldap scheme: TLS is installed later, in deadline mode.
  const std::string url = "ldap://" + HostPort(uri);
  if (ldap_init_fd(fd(), LDAP_PROTO_EXT, url.c_str(), &ldap_) != LDAP_SUCCESS) return false;
  return ldap_get_option(ldap_, LDAP_OPT_SOCKBUF, &sockbuf_) == LDAP_OPT_SUCCESS &&
         InstallSockbufLayers(sockbuf_, buffer_, framing_) && SetOptions();
}

bool LibldapHandle::SetOptions() {
  const int version = LDAP_VERSION3;
  const int none = LDAP_NO_LIMIT;
  return ldap_set_option(ldap_, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS &&
         ldap_set_option(ldap_, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS &&
         ldap_set_option(ldap_, LDAP_OPT_RESTART, LDAP_OPT_ON) == LDAP_OPT_SUCCESS &&
         ldap_set_option(ldap_, LDAP_OPT_KEEPCONN, LDAP_OPT_ON) == LDAP_OPT_SUCCESS &&
         ldap_set_option(ldap_, LDAP_OPT_SIZELIMIT, &none) == LDAP_OPT_SUCCESS &&
         ldap_set_option(ldap_, LDAP_OPT_TIMELIMIT, &none) == LDAP_OPT_SUCCESS;
}

std::string LibldapHandle::ChannelBindingOctets(ChannelBinding kind) const {
  return tls_ ? dirlease::ChannelBindingOctets(ldap_, kind) : "";
}

bool LibldapHandle::MayNotSend() const { return last_message_id_ >= kLastMessageId; }

LdapHandle::Sent LibldapHandle::Finish(int error, int message_id, int answer_tag) {
  if (error != LDAP_SUCCESS) return Refuse(error);
  last_message_id_ = message_id;
  answer_tags_[message_id] = answer_tag;
  return {.message_id = message_id, .error = 0};
}

LdapHandle::Sent LibldapHandle::Refuse(int error) {
  // libldap remembers a local error and would refuse to read on because of it.
  if (error != LDAP_SERVER_DOWN) {
    const int success = LDAP_SUCCESS;
    ldap_set_option(ldap_, LDAP_OPT_RESULT_CODE, &success);
  }
  return {.message_id = 0, .error = error};
}

bool LibldapHandle::Abandon(int message_id) {
  answer_tags_.erase(message_id);
  return ldap_abandon_ext(ldap_, message_id, nullptr, nullptr) == LDAP_SUCCESS;
}

// libldap hands out whatever bears the id of an outstanding request. An Add that a SearchResultDone answers has no known
// outcome, and entries are a Search's.
bool LibldapHandle::Fits(const ReceivedMessage& message) {
  const auto found = answer_tags_.find(message.message_id);
  if (found == answer_tags_.end() || message.operation_tag == LDAP_RES_INTERMEDIATE) return true;
  if (message.operation_tag == LDAP_RES_SEARCH_ENTRY ||
      message.operation_tag == LDAP_RES_SEARCH_REFERENCE) {
    return found->second == LDAP_RES_SEARCH_RESULT;
  }
  if (message.operation_tag != found->second) return false;
  answer_tags_.erase(found);
  return true;
}

bool LibldapHandle::has_buffered_input() const {
  // Under TLS a decrypted rest may wait above the buffer.
  return buffer_.has_input() ||
         (tls_ && ber_sockbuf_ctrl(sockbuf_, LBER_SB_OPT_DATA_READY, nullptr) > 0);
}

LdapHandle::Next LibldapHandle::TakeNext(absl::FunctionRef<void(const ResponseView&)> callback) {
  if (const Next taken = TakeEntryInPlace(callback); taken != Next::kNothing) return taken;
  timeval no_waiting{.tv_sec = 0, .tv_usec = 0};
  LDAPMessage* received = nullptr;
  // Any message, one at a time: other ways queue inside libldap, and waiting for one id dies on an
  // empty notice OID.
  const int type = ldap_result(ldap_, LDAP_RES_ANY, LDAP_MSG_ONE, &no_waiting, &received);
  const UniqueMessage message(received);
  // libldap itself would wait for as much as a foreign protocol's first octets seem to announce.
  if (type < 0 || (message == nullptr && framing_.broken())) return Next::kBroken;
  if (message == nullptr) return Next::kNothing;
  const std::optional<ReceivedMessage> parts = SplitMessage(message.get());
  const ResponseView* view = parts && Fits(*parts) ? decoder_.Decode(*parts) : nullptr;
  if (view == nullptr) return Next::kBroken;
  if (view->kind == ResponseView::Kind::kUnsolicited && ++notices_ > kMostNotices)
    return Next::kBroken;
  callback(*view);
  decoder_.Trim();
  return Next::kMessage;
}

// libldap copies a message out of the buffer, octets of its header one by one, and asks the clock and its locks about each:
// as much work as all the rest that an entry takes. It keeps nothing of an entry that was handed out, so it need not see
// one. Between two messages only; whatever is unusual is left to it.
LdapHandle::Next LibldapHandle::TakeEntryInPlace(absl::FunctionRef<void(const ResponseView&)> callback) {
  if (tls_ || framing_.partial_octets() > 0) return Next::kNothing;
  const std::optional<WholeMessage> message = FirstWholeMessage(buffer_.input());
  if (!message || message->parts.operation_tag != LDAP_RES_SEARCH_ENTRY) return Next::kNothing;
  const auto found = answer_tags_.find(message->parts.message_id);
  if (found == answer_tags_.end()) {
    if (message->parts.message_id <= 0) return Next::kNothing;
    // An abandoned search's: the directory may send many before it hears of it.
    buffer_.Skip(message->octets);
    return Next::kSkipped;
  }
  if (found->second != LDAP_RES_SEARCH_RESULT) return Next::kNothing;
  const ResponseView* view = decoder_.Decode(message->parts);
  if (view == nullptr) return Next::kNothing;
  callback(*view);
  decoder_.Trim();
  buffer_.Skip(message->octets);
  return Next::kMessage;
}

UniqueFd LibldapHandle::Unbind() {
  assert(ldap_ != nullptr);
  // Without controls it cannot fail, and fails to free the handle otherwise.
  const int error = ldap_unbind_ext(ldap_, nullptr, nullptr);
  assert(error == LDAP_SUCCESS);
  (void)error;
  buffer_.Flush();
  ldap_ = nullptr;
  sockbuf_ = nullptr;
  return buffer_.Release();
}

}  // namespace dirlease
