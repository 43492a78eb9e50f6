// One line per event on stderr, JSON by default: {"time","level","event", fields...}. Thread-safe.
// Field values are data: they are escaped, cleaned of invalid UTF-8 and cut at 1 KiB. Secrets never
// come here (see base/secret.h: it has no way to be formatted); neither do filters, entry contents or bind passwords.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace dirlease::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kJson, kText };

struct Field {
  Field(std::string_view key, std::string_view value) : key(key), text(value) {}
  Field(std::string_view key, const char* value) : key(key), text(value) {}
  Field(std::string_view key, const std::string& value) : key(key), text(value) {}
  template <std::integral Number>
  Field(std::string_view key, Number value)
      : key(key), number(static_cast<int64_t>(value)), is_number(true) {}

  std::string_view key;
  std::string_view text;
  int64_t number = 0;
  bool is_number = false;
};

using Fields = std::initializer_list<Field>;

// Call before other threads start. Until then: JSON, from kInfo up.
void Configure(Format format, Level least);
// From which level on lines are written. SetLevel answers the former one.
Level CurrentLevel();
Level SetLevel(Level least);
// "debug", "info", "warning", "error". Pure.
std::string_view LevelName(Level level);
std::optional<Level> ParseLevel(std::string_view name);

// The line that Write would put out, without its end. Time is RFC 3339 in UTC with microseconds.
// Pure.
std::string FormatLine(Format format, absl::Time time, Level level, std::string_view event,
                       Fields fields);
// `event` is constant text in lower case words, for example "lease opened": it is what one searches
// for.
void Write(Level level, std::string_view event, Fields fields);

inline void Debug(std::string_view event, Fields fields = {}) {
  Write(Level::kDebug, event, fields);
}
inline void Info(std::string_view event, Fields fields = {}) {
  Write(Level::kInfo, event, fields);
}
inline void Warning(std::string_view event, Fields fields = {}) {
  Write(Level::kWarning, event, fields);
}
inline void Error(std::string_view event, Fields fields = {}) {
  Write(Level::kError, event, fields);
}

}  // namespace dirlease::log
