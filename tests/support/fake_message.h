// What a scripted directory says, with its own octets: one FakeMessage is one LDAP message (or a
// fault in its place). Values.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ldap_result.h"

namespace dirlease::testing {

using FakeAttributes = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct FakeMessage {
  enum class Kind {
    kEntry,
    kReference,
    kIntermediate,
    kResult,
    kUnsolicited,
    kPartial,  // only the first octets of a message: TakeNext says kNothing
    kBroken,   // no LDAP: TakeNext says kBroken
  };
  Kind kind = Kind::kResult;
  int message_id = 0;
  std::string dn;
  FakeAttributes attributes;
  std::vector<std::string> uris;
  LdapResult result;
  std::string oid;
  std::optional<std::string> value;
  std::vector<Control> controls;  // not of results: theirs are inside `result`
  size_t partial_octets = 0;
};

inline FakeMessage NewMessage(FakeMessage::Kind kind, int id) {
  FakeMessage message;
  message.kind = kind;
  message.message_id = id;
  return message;
}

inline FakeMessage EntryMessage(int id, std::string dn, FakeAttributes attributes = {},
                                std::vector<Control> controls = {}) {
  FakeMessage message = NewMessage(FakeMessage::Kind::kEntry, id);
  message.dn = std::move(dn);
  message.attributes = std::move(attributes);
  message.controls = std::move(controls);
  return message;
}

inline FakeMessage ReferenceMessage(int id, std::vector<std::string> uris) {
  FakeMessage message = NewMessage(FakeMessage::Kind::kReference, id);
  message.uris = std::move(uris);
  return message;
}

inline FakeMessage IntermediateMessage(int id, std::string oid, std::string value) {
  FakeMessage message = NewMessage(FakeMessage::Kind::kIntermediate, id);
  message.oid = std::move(oid);
  message.value = std::move(value);
  return message;
}

inline FakeMessage ResultMessage(int id, LdapResult result) {
  FakeMessage message = NewMessage(FakeMessage::Kind::kResult, id);
  message.result = std::move(result);
  return message;
}

inline FakeMessage ResultMessage(int id, int code = ldap_code::kSuccess) {
  LdapResult result;
  result.code = code;
  return ResultMessage(id, std::move(result));
}

// Of a SASL bind, with serverSaslCreds.
inline FakeMessage BindResultMessage(int id, int code, std::optional<std::string> credentials) {
  FakeMessage message = ResultMessage(id, code);
  message.value = std::move(credentials);
  return message;
}

inline FakeMessage ExtendedResultMessage(int id, LdapResult result, std::string oid,
                                         std::optional<std::string> value) {
  FakeMessage message = ResultMessage(id, std::move(result));
  message.oid = std::move(oid);
  message.value = std::move(value);
  return message;
}

// The notice of disconnection is oid 1.3.6.1.4.1.1466.20036 (RFC 4511 section 4.4.1).
inline FakeMessage UnsolicitedMessage(std::string oid, LdapResult result) {
  FakeMessage message = NewMessage(FakeMessage::Kind::kUnsolicited, 0);
  message.oid = std::move(oid);
  message.result = std::move(result);
  return message;
}

inline FakeMessage PartialMessage(size_t octets) {
  FakeMessage message = NewMessage(FakeMessage::Kind::kPartial, 0);
  message.partial_octets = octets;
  return message;
}

inline FakeMessage BrokenMessage() { return NewMessage(FakeMessage::Kind::kBroken, 0); }

}  // namespace dirlease::testing
