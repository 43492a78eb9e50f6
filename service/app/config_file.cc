#include "app/config_file.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "app/config_schema.h"

namespace dirlease {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Walks YAML and schema together, so that each value is read as what its field is and each problem
// knows its line.
class YamlReader {
 public:
  YamlReader(std::string_view origin, std::vector<std::string>& problems)
      : origin_(origin), problems_(problems) {}

  void ReadMap(const YAML::Node& node, const std::string& path, Message& message) {
    if (!node.IsMap()) return Complain(node, path, "has to be a map of keys and values");
    std::set<std::string> seen;
    for (const auto& item : node) {
      const YAML::Node& key = item.first;
      const YAML::Node& value = item.second;
      if (!key.IsScalar()) {
        Complain(key, path, "has a key that is no word");
        continue;
      }
      const std::string& name = key.Scalar();
      const std::string key_path = path.empty() ? name : path + '.' + name;
      const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
      if (field == nullptr) {
        Complain(key, key_path, UnknownKey(*message.GetDescriptor(), name));
      } else if (!seen.insert(name).second) {
        Complain(key, key_path, "stands there twice");
      } else if (!value.IsNull()) {
        ReadField(value, key_path, message, *field);
      }
    }
  }

 private:
  static std::string UnknownKey(const Descriptor& message, const std::string& name) {
    std::vector<std::string> names;
    for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
    return fmt::format("is no key; the nearest one is {}", Nearest(name, names));
  }

  void ReadField(const YAML::Node& node, const std::string& path, Message& message,
                 const FieldDescriptor& field) {
    if (field.is_repeated()) return ReadList(node, path, message, field);
    if (IsScalar(field)) return ReadScalar(node, path, message, field);
    ReadMap(node, path, *message.GetReflection()->MutableMessage(&message, &field));
  }

  void ReadList(const YAML::Node& node, const std::string& path, Message& message,
                const FieldDescriptor& field) {
    if (!node.IsSequence()) return Complain(node, path, "has to be a list, also of one");
    for (size_t i = 0; i < node.size(); ++i) {
      const std::string item_path = fmt::format("{}[{}]", path, i);
      if (IsScalar(field)) {
        ReadScalar(node[i], item_path, message, field);
      } else {
        ReadMap(node[i], item_path, *message.GetReflection()->AddMessage(&message, &field));
      }
    }
  }

  void ReadScalar(const YAML::Node& node, const std::string& path, Message& message,
                  const FieldDescriptor& field) {
    if (!node.IsScalar()) return Complain(node, path, "has to be one value");
    const std::string problem = SetScalar(message, field, node.Scalar());
    if (!problem.empty()) Complain(node, path, problem);
  }

  void Complain(const YAML::Node& node, const std::string& path, std::string_view problem) {
    problems_.push_back(fmt::format("{}:{}: {} {}", origin_, node.Mark().line + 1,
                                    path.empty() ? "the file" : path, problem));
  }

  const std::string_view origin_;
  std::vector<std::string>& problems_;
};

// Within double quotes YAML has C's escapes.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string ScalarYaml(const Message& message, const FieldDescriptor& field) {
  const std::string text = ScalarText(message, field);
  return field.type() == FieldDescriptor::TYPE_STRING ? Quoted(text) : text;
}

void AppendMap(const Message& message, const std::string& indent, std::string& yaml);

void AppendList(const Message& message, const FieldDescriptor& field, const std::string& indent,
                std::string& yaml) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  yaml += fmt::format("{}{}:\n", indent, field.name());
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (IsScalar(field)) {
      const std::string item = reflection.GetRepeatedString(message, &field, i);
      yaml += fmt::format("{}  - {}\n", indent, Quoted(item));
    } else {
      const size_t start = yaml.size();
      AppendMap(reflection.GetRepeatedMessage(message, &field, i), indent + "    ", yaml);
      yaml.replace(start + indent.size() + 2, 1, "-");
    }
  }
}

void AppendMap(const Message& message, const std::string& indent, std::string& yaml) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated()) {
      AppendList(message, *field, indent, yaml);
    } else if (IsScalar(*field)) {
      yaml += fmt::format("{}{}: {}\n", indent, field->name(), ScalarYaml(message, *field));
    } else {
      yaml += fmt::format("{}{}:\n", indent, field->name());
      AppendMap(message.GetReflection()->GetMessage(message, field), indent + "  ", yaml);
    }
  }
}

}  // namespace

void ApplyYaml(const std::string& text, std::string_view origin, config::v1::Config& config,
               std::vector<std::string>& problems) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsNull()) YamlReader(origin, problems).ReadMap(root, "", config);
  } catch (const YAML::Exception& error) {
    problems.push_back(fmt::format("{}:{}: no YAML: {}", origin, error.mark.line + 1, error.msg));
  }
}

std::string ToYaml(const config::v1::Config& config) {
  std::string yaml;
  AppendMap(config, "", yaml);
  return yaml;
}

}  // namespace dirlease
