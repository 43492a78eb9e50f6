// Reads a filter and writes the one to send, in one pass: structure and escapes checked, white space
// between components dropped, placeholders in assertion values filled. What it writes, libldap reads
// and means the same by.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/failure.h"

namespace dirlease {

// For one use. Not thread-safe.
class FilterParser {
 public:
  // `offset` is where the caller's own text begins. `text` and `args` must outlive this object.
  FilterParser(std::string_view text, size_t offset, const std::vector<std::string>& args)
      : text_(text), offset_(offset), args_(args), used_(args.size(), false) {}

  Outcome<std::string> Run();

 private:
  enum class Asterisks { kAllowed, kRefused };
  struct Component;  // of a substring match: what stands between two asterisks

  // Each returns false after it has noted a failure.
  bool ParseFilter(int depth);
  bool ParseList(int depth);
  bool ParseNot(int depth);
  bool ParseItem();
  bool ParseType(size_t equals, Asterisks& asterisks);
  bool ParseValue(Asterisks asterisks);
  bool ParseAsterisk(Asterisks asterisks, Component& component);
  bool ParseEscape();
  bool ParsePlaceholder(Component& component);
  bool CheckEnd();
  bool CheckUse();

  bool Take(char c);
  bool AtEnd() const { return position_ == text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[position_]; }
  void Copy(size_t count);
  void SkipSpace();
  bool Fail(std::string_view what) { return FailAt(position_, what); }
  bool FailAt(size_t position, std::string_view what);
  bool FailArgument(size_t index, std::string what);

  const std::string_view text_;
  const size_t offset_;
  const std::vector<std::string>& args_;
  std::vector<bool> used_;
  size_t position_ = 0;
  std::string output_;
  std::optional<Failure> failure_;
};

}  // namespace dirlease
