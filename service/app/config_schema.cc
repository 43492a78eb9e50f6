#include "app/config_schema.h"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>

#include "app/duration.h"

namespace dirlease {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsDuration(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE &&
         field.message_type()->full_name() == "google.protobuf.Duration";
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

struct OctetUnit {
  std::string_view suffix;
  uint64_t octets;
};
constexpr OctetUnit kOctetUnits[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}};

std::optional<uint64_t> ParseOctets(std::string_view text) {
  for (const OctetUnit& unit : kOctetUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    text.remove_suffix(unit.suffix.size());
    const auto count = ParseNumber<uint64_t>(text);
    if (!count || *count > std::numeric_limits<uint64_t>::max() / unit.octets) return std::nullopt;
    return *count * unit.octets;
  }
  return ParseNumber<uint64_t>(text);
}

std::string FormatOctets(uint64_t octets) {
  for (const OctetUnit& unit : kOctetUnits) {
    if (octets != 0 && octets % unit.octets == 0) {
      return std::to_string(octets / unit.octets) + std::string(unit.suffix);
    }
  }
  return std::to_string(octets);
}

std::string SetDuration(Message& message, const FieldDescriptor& field, std::string_view text) {
  const auto duration = ParseDuration(text);
  if (!duration) return fmt::format("\"{}\" is no duration: write it as 300ms, 2s, 5m or 1h", text);
  google::protobuf::Duration value;
  value.set_seconds(absl::ToInt64Seconds(*duration));
  value.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(*duration - absl::Seconds(value.seconds()))));
  message.GetReflection()->MutableMessage(&message, &field)->CopyFrom(value);
  return "";
}

std::string SetBool(Message& message, const FieldDescriptor& field, std::string_view text) {
  if (text != "true" && text != "false")
    return fmt::format("\"{}\" is neither true nor false", text);
  message.GetReflection()->SetBool(&message, &field, text == "true");
  return "";
}

std::string SetCount(Message& message, const FieldDescriptor& field, std::string_view text) {
  const auto count = ParseNumber<uint32_t>(text);
  if (!count) return fmt::format("\"{}\" is no count: write a number from 1 to 4294967295", text);
  message.GetReflection()->SetUInt32(&message, &field, *count);
  return "";
}

std::string SetOctets(Message& message, const FieldDescriptor& field, std::string_view text) {
  const auto octets = ParseOctets(text);
  if (!octets) return fmt::format("\"{}\" is no size: write octets, or 512KiB, 256MiB, 1GiB", text);
  message.GetReflection()->SetUInt64(&message, &field, *octets);
  return "";
}

std::string SetString(Message& message, const FieldDescriptor& field, std::string_view text) {
  if (field.is_repeated()) {
    message.GetReflection()->AddString(&message, &field, std::string(text));
  } else {
    message.GetReflection()->SetString(&message, &field, std::string(text));
  }
  return "";
}

void AppendKeys(const Descriptor& message, const std::string& prefix,
                const std::vector<const FieldDescriptor*>& above, std::vector<ConfigKey>& keys) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* const field = message.field(i);
    if (field->is_repeated()) continue;
    std::vector<const FieldDescriptor*> path = above;
    path.push_back(field);
    const std::string name = prefix + field->name();
    if (IsScalar(*field)) {
      keys.push_back({name, std::move(path)});
    } else {
      AppendKeys(*field->message_type(), name + '_', path, keys);
    }
  }
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<ConfigKey> ConfigKeys(const Descriptor& message) {
  std::vector<ConfigKey> keys;
  AppendKeys(message, "", {}, keys);
  return keys;
}

bool IsScalar(const FieldDescriptor& field) {
  return field.type() != FieldDescriptor::TYPE_MESSAGE || IsDuration(field);
}

std::string SetScalar(Message& message, const FieldDescriptor& field, std::string_view text) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return SetBool(message, field, text);
    case FieldDescriptor::TYPE_UINT32:
      return SetCount(message, field, text);
    case FieldDescriptor::TYPE_UINT64:
      return SetOctets(message, field, text);
    case FieldDescriptor::TYPE_MESSAGE:
      return SetDuration(message, field, text);
    default:
      return SetString(message, field, text);
  }
}

std::string SetKey(Message& message, const ConfigKey& key, std::string_view text) {
  Message* holder = &message;
  for (size_t i = 0; i + 1 < key.path.size(); ++i) {
    holder = holder->GetReflection()->MutableMessage(holder, key.path[i]);
  }
  return SetScalar(*holder, *key.path.back(), text);
}

std::string ScalarText(const Message& message, const FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::TYPE_UINT32:
      return std::to_string(reflection.GetUInt32(message, &field));
    case FieldDescriptor::TYPE_UINT64:
      return FormatOctets(reflection.GetUInt64(message, &field));
    case FieldDescriptor::TYPE_MESSAGE: {
      google::protobuf::Duration value;
      value.CopyFrom(reflection.GetMessage(message, &field));
      return DurationText(absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos()));
    }
    default:
      return reflection.GetString(message, &field);
  }
}

std::string Nearest(std::string_view word, const std::vector<std::string>& candidates) {
  return *std::min_element(candidates.begin(), candidates.end(),
                           [word](const std::string& a, const std::string& b) {
                             return EditDistance(word, a) < EditDistance(word, b);
                           });
}

std::string FlagName(std::string_view key) {
  std::string name = "--" + std::string(key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string VariableName(std::string_view key) {
  std::string name = "DIRLEASE_";
  for (const char c : key) name += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

}  // namespace dirlease
