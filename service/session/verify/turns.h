// What waits, caller by caller in turn: within one caller's in order of arrival, and nobody waits behind all that another one
// brought. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace dirlease {

template <typename Item>
class Turns {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t CountOf(std::string_view caller) {
    const auto own = Find(caller);
    return own == lines_.end() ? 0 : own->items.size();
  }

  void PutLast(std::string_view caller, Item item) {
    auto own = Find(caller);
    if (own == lines_.end()) own = lines_.insert(own, Line{std::string(caller), {}});
    own->items.push_back(std::move(item));
    ++size_;
  }
  // It is the next one of all.
  void PutFirst(std::string_view caller, Item item) {
    Line line{std::string(caller), {}};
    if (const auto own = Find(caller); own != lines_.end()) {
      line = std::move(*own);
      lines_.erase(own);
    }
    line.items.push_front(std::move(item));
    lines_.push_front(std::move(line));
    ++size_;
  }

  // REQUIRES: !empty().
  const Item& First() const { return lines_.front().items.front(); }
  // Its caller's turn is over with it. REQUIRES: !empty().
  Item TakeFirst() {
    Line line = std::move(lines_.front());
    lines_.pop_front();
    Item first = std::move(line.items.front());
    line.items.pop_front();
    --size_;
    if (!line.items.empty()) lines_.push_back(std::move(line));
    return first;
  }
  // How many there were.
  template <typename Predicate>
  size_t EraseIf(Predicate predicate) {
    size_t erased = 0;
    for (Line& line : lines_) erased += std::erase_if(line.items, predicate);
    std::erase_if(lines_, [](const Line& line) { return line.items.empty(); });
    size_ -= erased;
    return erased;
  }
  template <typename Function>
  void ForEach(Function function) const {
    for (const Line& line : lines_) {
      for (const Item& item : line.items) function(item);
    }
  }

 private:
  struct Line {
    std::string caller;
    std::deque<Item> items;
  };
  typename std::deque<Line>::iterator Find(std::string_view caller) {
    return std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) { return line.caller == caller; });
  }

  std::deque<Line> lines_;  // none is empty; the first is served next
  size_t size_ = 0;         // of all of them
};

}  // namespace dirlease
