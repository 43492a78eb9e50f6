// One line per event on stderr, JSON by default: {"time","level","event", fields...}. Thread-safe.
// Field values are data: they are escaped and cut at 1 KiB. Secrets never come here (see base/secret.h: it has no way to
// be formatted); neither do filters, entry contents or bind passwords.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace dirlease::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kJson, kText };

struct Field {
  Field(std::string_view key, std::string_view value) : key(key), text(value) {}
  Field(std::string_view key, const char* value) : key(key), text(value) {}
  Field(std::string_view key, const std::string& value) : key(key), text(value) {}
  Field(std::string_view key, int64_t value) : key(key), number(value), is_number(true) {}
  Field(std::string_view key, int value) : Field(key, static_cast<int64_t>(value)) {}

  std::string_view key;
  std::string_view text;
  int64_t number = 0;
  bool is_number = false;
};

// Call once, before other threads start.
void Configure(Format format, Level least);
// `event` is constant text in lower case words, for example "lease opened": it is what one searches for.
void Write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void Debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  Write(Level::kDebug, event, fields);
}
inline void Info(std::string_view event, std::initializer_list<Field> fields = {}) {
  Write(Level::kInfo, event, fields);
}
inline void Warning(std::string_view event, std::initializer_list<Field> fields = {}) {
  Write(Level::kWarning, event, fields);
}
inline void Error(std::string_view event, std::initializer_list<Field> fields = {}) {
  Write(Level::kError, event, fields);
}

}  // namespace dirlease::log
