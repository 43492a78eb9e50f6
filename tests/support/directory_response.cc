#include "support/directory_response.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "support/ber.h"

namespace dirlease::testing {

namespace {

using RequestKind = DirectoryRequest::Kind;

std::string EncodeControls(const std::vector<Control>& controls) {
  if (controls.empty()) return "";
  std::string list;
  for (const Control& control : controls) {
    std::string body = ber::Octets(control.oid);
    if (control.critical) body += ber::Boolean(true);
    if (control.value) body += ber::Octets(*control.value);
    list += ber::Sequence(body);
  }
  return ber::Element(0xa0, list);
}

std::string Message(int id, const std::string& operation, const std::vector<Control>& controls) {
  return ber::Sequence(ber::Integer(id) + operation + EncodeControls(controls));
}

std::string EncodeEntry(const FakeMessage& message) {
  std::string attributes;
  for (const auto& [type, texts] : message.attributes) {
    std::string values;
    for (const std::string& text : texts) values += ber::Octets(text);
    attributes += ber::Sequence(ber::Octets(type) + ber::Element(ber::kSet, values));
  }
  return ber::Element(0x64, ber::Octets(message.dn) + ber::Sequence(attributes));
}

std::string EncodeReference(const FakeMessage& message) {
  std::string uris;
  for (const std::string& uri : message.uris) uris += ber::Octets(uri);
  return ber::Element(0x73, uris);
}

std::string EncodeIntermediate(const FakeMessage& message) {
  std::string body;
  if (!message.oid.empty()) body += ber::Octets(message.oid, 0x80);
  if (message.value) body += ber::Octets(*message.value, 0x81);
  return ber::Element(0x79, body);
}

uint8_t ResultTag(RequestKind answered) {
  switch (answered) {
    case RequestKind::kBind:
      return 0x61;
    case RequestKind::kSearch:
      return 0x65;
    case RequestKind::kCompare:
      return 0x6f;
    default:
      return 0x78;
  }
}

std::string EncodeResult(const FakeMessage& message, RequestKind answered) {
  const LdapResult& result = message.result;
  std::string body = ber::Integer(result.code, ber::kEnumerated) + ber::Octets(result.matched_dn) +
                     ber::Octets(result.diagnostic_message);
  if (!result.referrals.empty()) {
    std::string uris;
    for (const std::string& uri : result.referrals) uris += ber::Octets(uri);
    body += ber::Element(0xa3, uris);
  }
  if (!message.oid.empty()) body += ber::Octets(message.oid, 0x8a);
  const bool bind = answered == RequestKind::kBind;
  if (message.value) body += ber::Octets(*message.value, bind ? 0x87 : 0x8b);
  return ber::Element(ResultTag(answered), body);
}

}  // namespace

std::string EncodeResponse(const FakeMessage& message, RequestKind answered) {
  switch (message.kind) {
    case FakeMessage::Kind::kEntry:
      return Message(message.message_id, EncodeEntry(message), message.controls);
    case FakeMessage::Kind::kReference:
      return Message(message.message_id, EncodeReference(message), message.controls);
    case FakeMessage::Kind::kIntermediate:
      return Message(message.message_id, EncodeIntermediate(message), message.controls);
    case FakeMessage::Kind::kResult:
      return Message(message.message_id, EncodeResult(message, answered), message.result.controls);
    case FakeMessage::Kind::kUnsolicited:
      return Message(0, EncodeResult(message, RequestKind::kExtended), message.result.controls);
    case FakeMessage::Kind::kPartial:
    case FakeMessage::Kind::kBroken:
      break;
  }
  abort();
}

}  // namespace dirlease::testing
