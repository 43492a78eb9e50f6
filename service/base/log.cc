#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>

#include "absl/time/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"

namespace dirlease::log {

namespace {

constexpr size_t kMostValueOctets = 1024;

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarning: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string Timestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

// Cuts before it cleans, so that a huge value costs no huge copy.
std::string CleanValue(std::string_view value) {
  std::string text = ReplaceInvalidUtf8(value.substr(0, kMostValueOctets));
  text.resize(TruncateUtf8(text, kMostValueOctets).size());
  if (value.size() > kMostValueOctets) text += "...";
  return text;
}

void AppendQuoted(std::string_view text, std::string& line) {
  line += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if (octet < 0x20 || octet == 0x7F) {
      line += "\\u00" + Hex(std::string_view(&c, 1));
    } else {
      line += c;
    }
  }
  line += '"';
}

void AppendValue(const Field& field, std::string& line) {
  if (field.is_number) {
    line += std::to_string(field.number);
  } else {
    AppendQuoted(CleanValue(field.text), line);
  }
}

std::string JsonLine(absl::Time time, Level level, std::string_view event, Fields fields) {
  std::string line = R"({"time":")" + Timestamp(time) + R"(","level":")";
  line += LevelName(level);
  line += R"(","event":)";
  AppendQuoted(CleanValue(event), line);
  for (const Field& field : fields) {
    line += ',';
    AppendQuoted(CleanValue(field.key), line);
    line += ':';
    AppendValue(field, line);
  }
  return line + '}';
}

std::string TextLine(absl::Time time, Level level, std::string_view event, Fields fields) {
  std::string line = Timestamp(time) + ' ';
  line += LevelName(level);
  line += ' ';
  line += CleanValue(event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    AppendValue(field, line);
  }
  return line;
}

struct Output {
  Format format = Format::kJson;
  std::atomic<Level> least = Level::kInfo;
  spdlog::logger logger{"dirlease", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  Output() {
    logger.set_pattern("%v");
    logger.flush_on(spdlog::level::debug);
  }
};

// Never destroyed: threads of libraries may still log while the process ends.
Output& TheOutput() {
  static Output* const output = new Output;
  return *output;
}

}  // namespace

void Configure(Format format, Level least) {
  TheOutput().format = format;
  SetLevel(least);
}

Level CurrentLevel() { return TheOutput().least; }

Level SetLevel(Level least) {
  Output& output = TheOutput();
  output.logger.set_level(ToSpdlog(least));
  return output.least.exchange(least);
}

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarning: return "warning";
    case Level::kError: return "error";
  }
  return "error";
}

std::optional<Level> ParseLevel(std::string_view name) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (LevelName(level) == name) return level;
  }
  return std::nullopt;
}

std::string FormatLine(Format format, absl::Time time, Level level, std::string_view event,
                       Fields fields) {
  return format == Format::kJson ? JsonLine(time, level, event, fields)
                                 : TextLine(time, level, event, fields);
}

void Write(Level level, std::string_view event, Fields fields) {
  Output& output = TheOutput();
  if (!output.logger.should_log(ToSpdlog(level))) return;
  const std::string line = FormatLine(output.format, absl::Now(), level, event, fields);
  output.logger.log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace dirlease::log
