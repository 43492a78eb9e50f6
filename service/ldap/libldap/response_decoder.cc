#include "ldap/libldap/response_decoder.h"

namespace dirlease {

namespace {

// Tags of RFC 4511.
constexpr uint8_t kBindResponse = 0x61;
constexpr uint8_t kSearchResultEntry = 0x64;
constexpr uint8_t kSearchResultDone = 0x65;
constexpr uint8_t kModifyResponse = 0x67;
constexpr uint8_t kAddResponse = 0x69;
constexpr uint8_t kDelResponse = 0x6b;
constexpr uint8_t kModifyDnResponse = 0x6d;
constexpr uint8_t kCompareResponse = 0x6f;
constexpr uint8_t kSearchResultReference = 0x73;
constexpr uint8_t kExtendedResponse = 0x78;
constexpr uint8_t kIntermediateResponse = 0x79;
constexpr uint8_t kReferral = 0xa3;
constexpr uint8_t kServerSaslCreds = 0x87;
constexpr uint8_t kResponseName = 0x8a;
constexpr uint8_t kResponseValue = 0x8b;
constexpr uint8_t kIntermediateName = 0x80;
constexpr uint8_t kIntermediateValue = 0x81;

// Empty: no server sends such a thing (RFC 4511 section 4.1.1).
std::optional<ResponseView::Kind> KindOf(const ReceivedMessage& message) {
  switch (message.operation_tag) {
    case kSearchResultEntry:
      return ResponseView::Kind::kEntry;
    case kSearchResultReference:
      return ResponseView::Kind::kReference;
    case kIntermediateResponse:
      return ResponseView::Kind::kIntermediate;
    case kExtendedResponse:
      return message.message_id == 0 ? ResponseView::Kind::kUnsolicited
                                     : ResponseView::Kind::kResult;
    case kBindResponse:
    case kSearchResultDone:
    case kModifyResponse:
    case kAddResponse:
    case kDelResponse:
    case kModifyDnResponse:
    case kCompareResponse:
      return ResponseView::Kind::kResult;
    default:
      return std::nullopt;
  }
}

// What a caller is told of a result has to fit into memory that nobody counts: his stream keeps it until he has read it.
constexpr size_t kMostResultTextOctets = 256 * 1024;

}  // namespace

const ResponseView* ResponseDecoder::Decode(const ReceivedMessage& message) {
  view_ = ResponseView();
  const auto kind = KindOf(message);
  if (!kind) return nullptr;
  view_.kind = *kind;
  view_.message_id = message.message_id;
  controls_.clear();
  return DecodeControls(message.controls) && DecodeOperation(message) ? &view_ : nullptr;
}

void ResponseDecoder::Trim() {
  entry_decoder_.Trim();
  if (view_.result != nullptr) result_ = LdapResult();
  controls_.clear();
}

bool ResponseDecoder::DecodeOperation(const ReceivedMessage& message) {
  switch (view_.kind) {
    case ResponseView::Kind::kEntry:
      return DecodeEntry(message.operation);
    case ResponseView::Kind::kReference:
      return DecodeReference(message.operation);
    case ResponseView::Kind::kIntermediate:
      return DecodeIntermediate(message.operation);
    default:
      return DecodeResult(message.operation, message.operation_tag);
  }
}

bool ResponseDecoder::DecodeEntry(std::string_view operation) {
  if (!entry_decoder_.Decode(operation, entry_)) return false;
  entry_.controls = controls_;
  view_.entry = &entry_;
  return true;
}

bool ResponseDecoder::DecodeReference(std::string_view operation) {
  uris_.clear();
  for (BerReader reader(operation); !reader.at_end();) {
    const auto uri = reader.Next();
    if (!uri || uris_.size() == kMostUris) return false;
    uris_.push_back(uri->content);
  }
  reference_.uris = uris_;
  reference_.controls = controls_;
  view_.reference = &reference_;
  return true;
}

bool ResponseDecoder::DecodeIntermediate(std::string_view operation) {
  intermediate_ = IntermediateView();
  for (BerReader reader(operation); !reader.at_end();) {
    const auto part = reader.Next();
    if (!part) return false;
    if (part->tag == kIntermediateName) intermediate_.oid = part->content;
    if (part->tag == kIntermediateValue) intermediate_.value = part->content;
  }
  intermediate_.controls = controls_;
  view_.intermediate = &intermediate_;
  return true;
}

bool ResponseDecoder::DecodeResult(std::string_view operation, uint8_t operation_tag) {
  const bool extended = operation_tag == kExtendedResponse;
  BerReader reader(operation);
  const auto code_octets = reader.Next();
  const auto code = code_octets ? BerInteger(code_octets->content) : std::nullopt;
  const auto matched_dn = reader.Next();
  const auto diagnostic_message = reader.Next();
  // libldap's own codes are below zero: no directory may say those.
  if (!code || *code < 0 || !matched_dn || !diagnostic_message) return false;
  if (matched_dn->content.size() + diagnostic_message->content.size() > kMostResultTextOctets) return false;
  result_.code = *code;
  result_.matched_dn = matched_dn->content;
  result_.diagnostic_message = diagnostic_message->content;
  result_.referrals.clear();
  result_.controls = controls_;
  while (!reader.at_end()) {
    const auto part = reader.Next();
    if (!part) return false;
    if (part->tag == kReferral && !DecodeReferrals(part->content)) return false;
    if (extended && part->tag == kResponseName) view_.oid = part->content;
    if (extended && part->tag == kResponseValue) view_.value = part->content;
    if (operation_tag == kBindResponse && part->tag == kServerSaslCreds) view_.value = part->content;
  }
  view_.result = &result_;
  return true;
}

bool ResponseDecoder::DecodeReferrals(std::string_view list) {
  if (list.size() > kMostResultTextOctets) return false;
  for (BerReader reader(list); !reader.at_end();) {
    const auto uri = reader.Next();
    if (!uri || result_.referrals.size() == kMostUris) return false;
    result_.referrals.emplace_back(uri->content);
  }
  return true;
}

bool ResponseDecoder::DecodeControls(std::string_view list) {
  size_t room = kMostControlsOctets;
  for (BerReader reader(list); !reader.at_end();) {
    const auto control = reader.NextIf(kBerSequence);
    if (!control || controls_.size() == kMostControls || !DecodeControl(*control, room)) return false;
  }
  return true;
}

bool ResponseDecoder::DecodeControl(std::string_view content, size_t& room) {
  BerReader parts(content);
  const auto oid = parts.NextIf(kBerOctetString);
  if (!oid || oid->size() > room) return false;
  room -= oid->size();
  Control& decoded = controls_.emplace_back();
  decoded.oid = *oid;
  const auto critical = parts.NextIf(kBerBoolean);
  decoded.critical = critical && *critical != std::string_view("\0", 1);
  const auto value = parts.NextIf(kBerOctetString);
  decoded.value_dropped = value && value->size() > room;
  if (value && !decoded.value_dropped) {
    decoded.value = *value;
    room -= value->size();
  }
  return parts.at_end();
}

}  // namespace dirlease
