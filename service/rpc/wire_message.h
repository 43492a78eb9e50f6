// One message of the contract in protobuf's wire format, written field by field. The stream of entries goes this way
// because message objects of entries cost several times the memory and time of their octets, and because the memory of
// a buffer is known exactly. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "google/protobuf/message_lite.h"

namespace dirlease {

class WireMessage {
 public:
  struct Free {
    void operator()(uint8_t* data) const { std::free(data); }
  };
  using Data = std::unique_ptr<uint8_t, Free>;

  WireMessage() = default;
  WireMessage(WireMessage&& other) noexcept { *this = std::move(other); }
  WireMessage& operator=(WireMessage&& other) noexcept;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // What it holds of the heap.
  size_t capacity() const { return capacity_; }
  std::string_view octets() const { return {reinterpret_cast<const char*>(data_.get()), size_}; }

  // `more` octets at the end, which the caller writes at once, all of them.
  uint8_t* Extend(size_t more);
  // A field of message type, or one element of a repeated one.
  void AppendMessage(int field_number, const google::protobuf::MessageLite& message);
  // Empties it. Null when it was empty.
  Data Release();

 private:
  Data data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace dirlease
