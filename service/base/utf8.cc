#include "base/utf8.h"

#include <cstdint>
#include <cstring>

#include "base/crypto.h"

namespace dirlease {

namespace {

unsigned char At(std::string_view octets, size_t i) {
  return static_cast<unsigned char>(octets[i]);
}

bool IsContinuation(std::string_view octets, size_t i) {
  return i < octets.size() && (At(octets, i) & 0xC0) == 0x80;
}

// The first octets of it, as many as a T has.
template <typename T>
T Load(const char* octets) {
  T word;
  std::memcpy(&word, octets, sizeof(word));
  return word;
}

// In steps of eight octets, the last of which may overlap: every DN and attribute description of every entry is checked.
bool IsAscii(std::string_view octets) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  constexpr size_t kStep = sizeof(uint64_t), kHalf = sizeof(uint32_t);
  const char* const at = octets.data();
  const size_t size = octets.size();
  uint64_t seen = 0;
  if (size >= kStep) {
    for (size_t i = 0; i + kStep < size; i += kStep) seen |= Load<uint64_t>(at + i);
    seen |= Load<uint64_t>(at + size - kStep);
  } else if (size >= kHalf) {
    seen = Load<uint32_t>(at) | Load<uint32_t>(at + size - kHalf);
  } else {
    for (const char octet : octets) seen |= static_cast<unsigned char>(octet);
  }
  return (seen & kHighBits) == 0;
}

// RFC 3629 section 4 narrows the second octet after these first ones; else any continuation will do.
bool SecondOctetFits(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second <= 0x9F;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second <= 0x8F;
    default: return true;
  }
}

size_t SizeByFirstOctet(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

template <typename ReplaceOctet>
std::string MapInvalid(std::string_view octets, ReplaceOctet replace) {
  std::string text;
  text.reserve(octets.size());
  while (!octets.empty()) {
    const size_t size = Utf8CharacterSize(octets);
    if (size > 0) {
      text += octets.substr(0, size);
    } else {
      replace(octets.substr(0, 1), text);
    }
    octets.remove_prefix(size > 0 ? size : 1);
  }
  return text;
}

}  // namespace

size_t Utf8CharacterSize(std::string_view octets) {
  if (octets.empty()) return 0;
  const size_t size = SizeByFirstOctet(At(octets, 0));
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(octets, i)) return 0;
  }
  if (size > 1 && !SecondOctetFits(At(octets, 0), At(octets, 1))) return 0;
  return size;
}

bool IsValidUtf8(std::string_view octets) {
  if (IsAscii(octets)) return true;
  while (!octets.empty()) {
    const size_t size = Utf8CharacterSize(octets);
    if (size == 0) return false;
    octets.remove_prefix(size);
  }
  return true;
}

std::string ReplaceInvalidUtf8(std::string_view octets) {
  return MapInvalid(octets, [](std::string_view, std::string& text) { text += "\xEF\xBF\xBD"; });
}

std::string EscapeInvalidUtf8(std::string_view octets, char introducer) {
  return MapInvalid(octets, [introducer](std::string_view octet, std::string& text) {
    text += introducer;
    text += Hex(octet);
  });
}

std::string_view TruncateUtf8(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && IsContinuation(text, most)) --most;
  return text.substr(0, most);
}

}  // namespace dirlease
