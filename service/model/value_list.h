// The values of one attribute as a directory sent them, BER elements one behind the other (RFC 4511 section 4.1.7), read
// where they lie: an entry's values are looked at once, on their way to the caller, and copied once. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include "base/ber_reader.h"

namespace dirlease {

class ValueList {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    iterator() = default;

    std::string_view operator*() const {
      BerItem value;
      BerReader(rest_).Take(value);
      return value.content;
    }
    iterator& operator++() {
      BerReader reader(rest_);
      BerItem value;
      reader.Take(value);
      rest_ = reader.rest();
      return *this;
    }
    bool operator==(const iterator& other) const { return rest_.data() == other.rest_.data(); }

   private:
    friend class ValueList;
    explicit iterator(std::string_view rest) : rest_(rest) {}

    std::string_view rest_;  // from the value on to the end of the list
  };

  using const_iterator = iterator;
  using value_type = std::string_view;

  ValueList() = default;
  // A view of `elements`. Empty: something else stands there, or more than `most` values.
  static std::optional<ValueList> Of(std::string_view elements, size_t most) {
    ValueList list;
    return list.Set(elements, most) ? std::optional(list) : std::nullopt;
  }
  // As Of; false: this is as it was not meant to be used.
  bool Set(std::string_view elements, size_t most) {
    elements_ = elements;
    size_ = octets_ = 0;
    BerItem value;
    for (BerReader reader(elements); !reader.at_end(); ++size_) {
      if (size_ == most || !reader.Take(value)) return false;
      octets_ += value.content.size();
    }
    return true;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Of the values, without what stands between them.
  size_t octets() const { return octets_; }
  std::string_view elements() const { return elements_; }
  // Each value stands behind a header of two octets, its tag and its length.
  bool short_headed() const { return elements_.size() == octets_ + size_ * kShortHeader; }

  iterator begin() const { return iterator(elements_); }
  iterator end() const { return iterator(elements_.substr(elements_.size())); }
  // REQUIRES: !empty().
  std::string_view front() const { return *begin(); }
  // The values from `first` up to `last`, both of this list.
  ValueList Between(const iterator& first, const iterator& last) const {
    ValueList part;
    part.Set(first.rest_.substr(0, first.rest_.size() - last.rest_.size()), size_);
    return part;
  }

 private:
  std::string_view elements_;
  size_t size_ = 0;
  size_t octets_ = 0;
};

}  // namespace dirlease
