#include "rpc/wire_message.h"

#include <algorithm>
#include <new>
#include <utility>

#include "rpc/wire_field.h"

namespace dirlease {

namespace {
constexpr size_t kLeastCapacity = 1024;
constexpr size_t kMostGrown = 32 * 1024;  // so that large messages are not mostly empty
}

WireMessage& WireMessage::operator=(WireMessage&& other) noexcept {
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

uint8_t* WireMessage::Extend(size_t more) {
  if (size_ + more > capacity_) {
    const size_t capacity = std::max(capacity_ + std::clamp(capacity_, kLeastCapacity, kMostGrown), size_ + more);
    auto* grown = static_cast<uint8_t*>(std::realloc(data_.get(), capacity));
    if (grown == nullptr) throw std::bad_alloc();
    (void)data_.release();
    data_.reset(grown);
    capacity_ = capacity;
  }
  return data_.get() + std::exchange(size_, size_ + more);
}

void WireMessage::AppendMessage(int field_number, const google::protobuf::MessageLite& message) {
  const size_t octets = message.ByteSizeLong();
  uint8_t* out = Extend(wire::FieldSize(field_number, octets));
  message.SerializeWithCachedSizesToArray(wire::PutHeader(field_number, octets, out));
}

WireMessage::Data WireMessage::Release() {
  size_ = capacity_ = 0;
  return std::move(data_);
}

}  // namespace dirlease
