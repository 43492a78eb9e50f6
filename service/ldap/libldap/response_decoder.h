// Turns one received LDAP message into views of it (RFC 4511 section 4.2 to 4.13), reusing its
// memory from message to message: an entry costs no allocation. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ber_reader.h"
#include "ldap/ldap_handle.h"
#include "model/entry_decoder.h"

namespace dirlease {

inline constexpr uint8_t kMessageControls = 0xa0;  // the tag of an LDAPMessage's controls

struct ReceivedMessage {
  int message_id = 0;
  uint8_t operation_tag = 0;
  std::string_view operation;  // the protocolOp's content
  std::string_view controls;   // the controls' content; empty = none
};

class ResponseDecoder {
 public:
  // Null: it is not what RFC 4511 says. The view lives until the next call, and no longer than
  // `message`'s octets.
  const ResponseView* Decode(const ReceivedMessage& message);

  // What a message may hold: far beyond what directories send, and little enough that one message of 16 MiB made of
  // empty elements costs neither much time nor much memory.
  static constexpr size_t kMostValues = EntryDecoder::kMostValues;
  static constexpr size_t kMostAttributes = EntryDecoder::kMostAttributes;
  static constexpr size_t kMostUris = 1'000;
  static constexpr size_t kMostControls = 64;
  // Of all controls' types and values; a value that has no room any more is dropped, not its message: what the directory
  // did is more than what it tells of it.
  static constexpr size_t kMostControlsOctets = 1024 * 1024;

  // After the view was used: gives back the memory that a large message took.
  void Trim();

 private:
  bool DecodeOperation(const ReceivedMessage& message);
  bool DecodeEntry(std::string_view operation);
  bool DecodeReference(std::string_view operation);
  bool DecodeIntermediate(std::string_view operation);
  bool DecodeResult(std::string_view operation, uint8_t operation_tag);
  bool DecodeReferrals(std::string_view list);
  bool DecodeControls(std::string_view list);
  bool DecodeControl(std::string_view content, size_t& room);

  ResponseView view_;
  EntryView entry_;
  ReferenceView reference_;
  IntermediateView intermediate_;
  LdapResult result_;
  std::vector<Control> controls_;
  EntryDecoder entry_decoder_;
  std::vector<std::string_view> uris_;
};

}  // namespace dirlease
