// Length-delimited fields of protobuf's wire format (protobuf.dev, "Encoding"): strings, bytes and messages. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "google/protobuf/io/coded_stream.h"

namespace dirlease::wire {

inline constexpr uint32_t kVarint = 0;
inline constexpr uint32_t kLengthDelimited = 2;

// `out` has room in all that follow; they return the place behind what they wrote.
inline uint8_t* PutVarint(size_t value, uint8_t* out) {
  return google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(value), out);
}
inline size_t VarintSize(size_t value) {
  return google::protobuf::io::CodedOutputStream::VarintSize32(static_cast<uint32_t>(value));
}
inline uint8_t* PutTag(int field_number, uint32_t type, uint8_t* out) {
  return PutVarint(static_cast<uint32_t>(field_number) << 3 | type, out);
}

// The whole field, when its content has so many octets.
inline size_t FieldSize(int field_number, size_t octets) {
  return VarintSize(static_cast<uint32_t>(field_number) << 3) + VarintSize(octets) + octets;
}
// What stands before the content.
inline uint8_t* PutHeader(int field_number, size_t octets, uint8_t* out) {
  return PutVarint(octets, PutTag(field_number, kLengthDelimited, out));
}
inline uint8_t* PutField(int field_number, std::string_view content, uint8_t* out) {
  out = PutHeader(field_number, content.size(), out);
  std::memcpy(out, content.data(), content.size());
  return out + content.size();
}
inline uint8_t* PutTrue(int field_number, uint8_t* out) { return PutVarint(1, PutTag(field_number, kVarint, out)); }
inline size_t TrueSize(int field_number) { return VarintSize(static_cast<uint32_t>(field_number) << 3) + 1; }

}  // namespace dirlease::wire
