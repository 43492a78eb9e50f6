// The seam over libldap: one bound-or-not connection to one directory. The real one is ldap/libldap/libldap_handle.h
// (that folder alone includes <ldap.h>), the scripted one is tests/support/fake_ldap_handle.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "base/unique_fd.h"
#include "model/ldap_result.h"
#include "model/requests.h"
#include "model/responses.h"

namespace dirlease {

// One message from the directory. Everything in it lives until the callback that got it returns.
struct ResponseView {
  enum class Kind {
    kEntry,
    kReference,
    kIntermediate,
    kResult,       // final for its message id
    kUnsolicited,  // message id 0 (RFC 4511 section 4.4); oid names it
  };
  Kind kind = Kind::kResult;
  int message_id = 0;
  const EntryView* entry = nullptr;                // kEntry
  const ReferenceView* reference = nullptr;        // kReference
  const IntermediateView* intermediate = nullptr;  // kIntermediate
  const LdapResult* result = nullptr;              // kResult, kUnsolicited
  std::string_view oid;                            // kUnsolicited, extended kResult; may be empty
  std::optional<std::string_view> value;           // extended kResult; a bind's kResult: serverSaslCreds
};

// What ties a SASL bind to the TLS connection that carries it (RFC 5929): the directory's certificate, or the handshake, which
// TLS 1.3 does not have.
enum class ChannelBinding { kNone, kTlsEndpoint, kTlsUnique };

// Loop thread only, its whole life; never blocks. Ways out: exactly one Unbind, which ends every other use.
class LdapHandle {
 public:
  struct Sent {
    int message_id = 0;
    int error = 0;  // not 0: libldap's client-side code; nothing was sent and there is no message id
  };
  enum class Filled {
    kData,        // input arrived
    kWouldBlock,  // none there
    kEof,         // the directory closed its side; what was buffered before can still be taken
    kError,       // as kEof, by a socket or TLS error
  };
  enum class Next {
    kMessage,  // the callback was called once
    kSkipped,  // an entry was dropped, of a search that nobody waits for any more
    kNothing,  // no complete message in the buffered input (or one nobody waits for was dropped): ask again while
               // has_buffered_input()
    kBroken,   // the stream is no LDAP, too large, answers another request, or the transport failed: only Unbind is left
  };

  // REQUIRES: Unbind was called.
  virtual ~LdapHandle() = default;

  // Requests go to the output buffer whole, Flush sends them: what is asked in one turn of the loop goes out together.
  // `name` and octets are sent as they are. Message ids are above 0 and never used twice on a handle. A Bind is one
  // request; what `sasl->identity` says is not looked at.
  virtual Sent Bind(const BindRequest& request) = 0;
  virtual Sent Search(const SearchRequest& request, const std::vector<Control>& controls) = 0;
  virtual Sent Compare(const CompareRequest& request, const std::vector<Control>& controls) = 0;
  virtual Sent Add(const AddRequest& request, const std::vector<Control>& controls) = 0;
  virtual Sent Modify(const ModifyRequest& request, const std::vector<Control>& controls) = 0;
  virtual Sent Delete(const DeleteRequest& request, const std::vector<Control>& controls) = 0;
  virtual Sent ModifyDn(const ModifyDnRequest& request, const std::vector<Control>& controls) = 0;
  virtual Sent Extended(const ExtendedRequest& request, const std::vector<Control>& controls) = 0;
  // REQUIRES: `message_id` is an operation whose final result was not yet taken. Later responses to it are dropped
  // inside. False: the handle is broken.
  virtual bool Abandon(int message_id) = 0;

  // The socket: the owner polls it, nobody else reads it, writes it or closes it.
  virtual int fd() const = 0;
  // Reads the socket once into the input buffer. REQUIRES: !has_buffered_input() (so nothing is read that is not
  // wanted: not calling this is the backpressure).
  virtual Filled Fill() = 0;
  virtual bool has_buffered_input() const = 0;
  // Takes at most one message out of the buffered input.
  virtual Next TakeNext(absl::FunctionRef<void(const ResponseView&)> callback) = 0;
  // Octets of a message whose end has not arrived yet: libldap holds at least so much memory for it.
  virtual size_t partial_message_octets() const = 0;
  // Writes what the socket takes of the output buffer. False: the connection is dead.
  virtual bool Flush() = 0;
  virtual size_t unsent_octets() const = 0;
  // Octets that the socket has taken, all requests together: what was sent when this and the unsent ones were fewer has
  // left us.
  virtual uint64_t written_octets() const = 0;

  virtual bool tls() const = 0;
  // What binds to this connection, in the form that OpenLDAP gives it ("tls-server-end-point:" and a hash). Empty: there is no
  // TLS, or none of this kind.
  virtual std::string ChannelBindingOctets(ChannelBinding kind) const = 0;

  // Sends LDAP unbind (RFC 4511 section 4.3) as far as the socket takes it, frees the libldap handle and gives the
  // socket back, still open, for the owner to close in peace (ldap/lingering_close.h).
  virtual UniqueFd Unbind() = 0;
};

}  // namespace dirlease
