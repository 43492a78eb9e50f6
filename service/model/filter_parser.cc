#include "model/filter_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "model/filter.h"
#include "model/filter_type.h"

namespace dirlease {

namespace {

constexpr char kTooLong[] = "longer than 64 KiB";

}  // namespace

struct FilterParser::Component {
  size_t start;                    // in the output
  bool substring;                  // an asterisk stood before it
  std::optional<size_t> argument;  // the last one that was filled in

  Component(size_t start, bool substring) : start(start), substring(substring) {}

  // An argument that is empty here would widen the match to what its author did not write.
  bool Vanished(size_t output_size) const { return start == output_size && argument.has_value(); }
};

Outcome<std::string> FilterParser::Run() {
  SkipSpace();
  if (ParseFilter(1) && CheckEnd() && CheckUse()) return std::move(output_);
  return std::move(*failure_);
}

bool FilterParser::ParseFilter(int depth) {
  if (depth > kMaxFilterDepth) return Fail("more than 100 levels of parentheses");
  if (!Take('(')) return Fail("an opening parenthesis is missing");
  SkipSpace();
  switch (Peek()) {
    case '&':
    case '|':
      return ParseList(depth);
    case '!':
      return ParseNot(depth);
    default:
      return ParseItem() && (Take(')') || Fail("a closing parenthesis is missing"));
  }
}

bool FilterParser::ParseList(int depth) {
  Copy(1);
  for (;;) {
    SkipSpace();
    if (Take(')')) return true;
    if (AtEnd()) return Fail("a closing parenthesis is missing");
    if (!ParseFilter(depth + 1)) return false;
  }
}

bool FilterParser::ParseNot(int depth) {
  Copy(1);
  SkipSpace();
  if (!ParseFilter(depth + 1)) return false;
  SkipSpace();
  return Take(')') || Fail("'!' takes exactly one filter: a closing parenthesis is missing");
}

bool FilterParser::ParseItem() {
  const size_t stop = text_.find_first_of("=()", position_);
  if (stop == std::string_view::npos || text_[stop] != '=') {
    return Fail("an item has the form (attribute=value)");
  }
  Asterisks asterisks = Asterisks::kRefused;
  return ParseType(stop, asterisks) && ParseValue(asterisks);
}

bool FilterParser::ParseType(size_t equals, Asterisks& asterisks) {
  std::string_view type = text_.substr(position_, equals - position_);
  const char last = type.empty() ? '\0' : type.back();
  if (last == '<' || last == '>' || last == '~' || last == ':') {
    type.remove_suffix(1);
  } else {
    asterisks = Asterisks::kAllowed;
  }
  const auto problem = last == ':' ? ExtensibleMatchProblem(type) : FilterAttributeProblem(type);
  if (problem && !args_.empty() && type.find('{') != std::string_view::npos) {
    return Fail("placeholders stand in assertion values only");
  }
  if (problem) return Fail(*problem);
  Copy(equals + 1 - position_);
  return true;
}

bool FilterParser::ParseValue(Asterisks asterisks) {
  Component component(output_.size(), false);
  for (;;) {
    if (output_.size() > kMaxFilterOctets) return FailAt(offset_, kTooLong);
    if (AtEnd()) return Fail("a closing parenthesis is missing");
    switch (const char c = Peek()) {
      case ')':
        return !(component.substring && component.Vanished(output_.size())) ||
               FailArgument(*component.argument, "must not be empty beside an asterisk");
      case '(':
        return Fail("an opening parenthesis in a value is written \\28");
      case '\0':
        return Fail("a NUL octet in a value is written \\00");
      case '*':
        if (!ParseAsterisk(asterisks, component)) return false;
        break;
      case '\\':
        if (!ParseEscape()) return false;
        break;
      default:
        if ((c == '{' || c == '}') && !args_.empty()) {
          if (!ParsePlaceholder(component)) return false;
        } else {
          Copy(1);
        }
    }
  }
}

bool FilterParser::ParseAsterisk(Asterisks asterisks, Component& component) {
  if (asterisks == Asterisks::kRefused) {
    return Fail("only '=' matches substrings: an asterisk in a value is written \\2a");
  }
  if (component.Vanished(output_.size())) {
    return FailArgument(*component.argument, "must not be empty beside an asterisk");
  }
  if (component.substring && component.start == output_.size()) {
    return Fail("nothing stands between two asterisks");
  }
  Copy(1);
  component = Component(output_.size(), true);
  return true;
}

bool FilterParser::ParseEscape() {
  if (position_ + 2 >= text_.size() || !IsHexDigit(text_[position_ + 1]) ||
      !IsHexDigit(text_[position_ + 2])) {
    return Fail("a backslash is followed by two hexadecimal digits; itself it is written \\5c");
  }
  Copy(3);
  return true;
}

bool FilterParser::ParsePlaceholder(Component& component) {
  const std::string_view rest = text_.substr(position_);
  size_t index = 0;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
  const bool well_formed = rest[0] == '{' && error == std::errc() &&
                           end != rest.data() + rest.size() && *end == '}';
  if (!well_formed) {
    return Fail("no placeholder: beside filter_args braces are written \\7b and \\7d");
  }
  if (index >= args_.size()) return Fail("filter_args has no value for this placeholder");
  // An escape is at most three octets: this bounds the copy as well as the result.
  if (args_[index].size() > kMaxFilterOctets) return FailArgument(index, kTooLong);
  output_ += EscapeFilterValue(args_[index]);
  position_ += static_cast<size_t>(end - rest.data()) + 1;
  used_[index] = true;
  component.argument = index;
  return true;
}

bool FilterParser::CheckEnd() {
  SkipSpace();
  if (!AtEnd()) return Fail("text follows after the filter's closing parenthesis");
  return output_.size() <= kMaxFilterOctets || FailAt(offset_, kTooLong);
}

bool FilterParser::CheckUse() {
  const auto unused = std::find(used_.begin(), used_.end(), false);
  if (unused == used_.end()) return true;
  const size_t index = static_cast<size_t>(unused - used_.begin());
  return FailArgument(index, "the filter has no placeholder {" + std::to_string(index) + "}");
}

bool FilterParser::Take(char c) {
  if (Peek() != c) return false;
  Copy(1);
  return true;
}

void FilterParser::Copy(size_t count) {
  output_ += text_.substr(position_, count);
  position_ += count;
}

void FilterParser::SkipSpace() {
  while (!AtEnd() && IsSpace(Peek())) ++position_;
}

bool FilterParser::FailAt(size_t position, std::string_view what) {
  const size_t shown = position > offset_ ? position - offset_ : 0;
  failure_ = InvalidField("filter", "octet " + std::to_string(shown) + ": " + std::string(what));
  return false;
}

bool FilterParser::FailArgument(size_t index, std::string what) {
  failure_ = InvalidField("filter_args[" + std::to_string(index) + "]", std::move(what));
  return false;
}

}  // namespace dirlease
