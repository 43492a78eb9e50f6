#include "support/log_lines.h"

#include <gtest/gtest.h>
#include <regex.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "support/limits.h"

namespace dirlease::testing {

namespace {

class Pattern {
 public:
  explicit Pattern(const std::string& text) {
    if (regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) != 0) abort();
  }
  ~Pattern() { regfree(&compiled_); }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  bool Matches(const std::string& line) const {
    return regexec(&compiled_, line.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_;
};

// Takes the lines not looked at yet; `next` is where the following call goes on.
void CollectMatches(const std::vector<std::string>& lines, const Pattern& pattern, size_t& next,
                    std::vector<std::string>& found) {
  for (; next < lines.size(); ++next) {
    if (pattern.Matches(lines[next])) found.push_back(lines[next]);
  }
}

}  // namespace

void LogLines::Follow(UniqueFd pipe) {
  pipe_ = std::move(pipe);
  reader_ = std::thread([this] { Read(); });
}

void LogLines::Finish() {
  if (reader_.joinable()) reader_.join();
  pipe_.Reset();
}

void LogLines::Read() {
  std::string rest;
  char buffer[16 * 1024];
  ssize_t count;
  while ((count = read(pipe_.get(), buffer, sizeof buffer)) > 0) {
    rest.append(buffer, count);
    size_t start = 0;
    std::lock_guard lock(mutex_);
    for (size_t end; (end = rest.find('\n', start)) != std::string::npos; start = end + 1) {
      lines_.push_back(rest.substr(start, end - start));
    }
    rest.erase(0, start);
    changed_.notify_all();
  }
}

LogMark LogLines::Mark() const {
  std::lock_guard lock(mutex_);
  return {.line = lines_.size()};
}

std::vector<std::string> LogLines::Matching(const std::string& pattern, LogMark since) const {
  const Pattern compiled(pattern);
  std::vector<std::string> found;
  std::lock_guard lock(mutex_);
  CollectMatches(lines_, compiled, since.line, found);
  return found;
}

std::vector<std::string> LogLines::WaitFor(const std::string& pattern, size_t count,
                                           LogMark since) const {
  const Pattern compiled(pattern);
  std::vector<std::string> found;
  const bool came = WaitUntil([&](const std::vector<std::string>& lines) {
    CollectMatches(lines, compiled, since.line, found);
    return found.size() >= count;
  });
  if (!came) {
    ADD_FAILURE() << "waited for " << count << " log lines with /" << pattern << "/, saw "
                  << found.size() << "; the last ones:\n"
                  << Tail();
  }
  return found;
}

bool LogLines::WaitUntil(
    const std::function<bool(const std::vector<std::string>&)>& condition) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kSafetyLimit, [&] { return condition(lines_); });
}

std::string LogLines::Tail(size_t count) const {
  std::lock_guard lock(mutex_);
  std::string text;
  const size_t first = lines_.size() - std::min(count, lines_.size());
  for (size_t i = first; i < lines_.size(); ++i) text += "  " + lines_[i] + "\n";
  return text;
}

}  // namespace dirlease::testing
