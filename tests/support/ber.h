// Just enough BER (X.690, as RFC 4511 section 5.1 restricts it) to play a directory: definite
// lengths, one-octet tags. Written for the tests and apart from liblber, so that a mistake there
// does not hide itself. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dirlease::testing::ber {

inline constexpr uint8_t kBoolean = 0x01;
inline constexpr uint8_t kInteger = 0x02;
inline constexpr uint8_t kOctetString = 0x04;
inline constexpr uint8_t kEnumerated = 0x0a;
inline constexpr uint8_t kSequence = 0x30;
inline constexpr uint8_t kSet = 0x31;

// --- Writing: each answers one complete element; sequences are made of concatenated ones. ---
std::string Element(uint8_t tag, std::string_view content);
std::string Integer(int64_t value, uint8_t tag = kInteger);
std::string Boolean(bool value);
inline std::string Octets(std::string_view octets, uint8_t tag = kOctetString) {
  return Element(tag, octets);
}
inline std::string Sequence(std::string_view content) { return Element(kSequence, content); }

// --- Reading: views into the text given. ---
struct Parsed {
  uint8_t tag = 0;
  std::string_view content;
  std::string_view whole;  // tag, length and content
};

// Octets of the element that `input` begins with, header included. 0: its header is not complete
// yet. Empty: no BER that is allowed here.
std::optional<size_t> ElementSize(std::string_view input);
// As an integer of up to 8 octets.
std::optional<int64_t> IntegerOf(std::string_view content);

// Takes one element after the other. After a mistake ok() is false and everything it answers is
// empty.
class Reader {
 public:
  explicit Reader(std::string_view input) : rest_(input) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }
  // The tag of what comes next; 0 at the end.
  uint8_t NextTag() const { return rest_.empty() ? 0 : static_cast<uint8_t>(rest_[0]); }
  Parsed Take();
  // As Take; another tag is a mistake.
  std::string_view Take(uint8_t tag);
  int64_t TakeInteger(uint8_t tag = kInteger);
  bool TakeBoolean();

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace dirlease::testing::ber
