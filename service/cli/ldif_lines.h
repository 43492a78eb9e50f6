// LDIF's lines (RFC 2849): folded ones joined, comments dropped, line ends of either kind taken off.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <istream>
#include <stdexcept>
#include <string>
#include <vector>

namespace dirlease::cli {

// What is no LDIF, and where. The text does not repeat the line's content: there may be passwords
// in it.
class LdifError : public std::runtime_error {
 public:
  LdifError(size_t line, const std::string& text) : std::runtime_error(text), line_(line) {}
  size_t line() const { return line_; }  // from 1

 private:
  size_t line_;
};

struct LdifLine {
  size_t number = 0;  // where it begins, from 1
  std::string text;
};

class LdifLines {
 public:
  explicit LdifLines(std::istream& in) : in_(in) {}

  // The lines of the next record, at least one; none at the end.
  std::vector<LdifLine> NextRecord();

 private:
  std::istream& in_;
  size_t number_ = 0;
};

struct LdifValue {
  std::string name;
  std::string octets;
};

// What stands before the colon; a file that the value names is not read. Throws LdifError.
std::string ParseLdifName(const LdifLine& line);
// "NAME: TEXT", "NAME:: BASE64" or "NAME:< file:///PATH", whose file is read. Throws LdifError.
LdifValue ParseLdifLine(const LdifLine& line);
// The same from behind the name: ": TEXT" and so on. REQUIRES: it begins with a colon.
std::string ParseLdifValue(size_t line, std::string_view text);

}  // namespace dirlease::cli
