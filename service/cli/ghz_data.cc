#include "cli/ghz_data.h"

#include <fcntl.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "cli/json.h"

namespace dirlease::cli {
namespace {

constexpr char kTokenField[] = "session";

template <typename Json>
bool ParseJson(std::string_view text, Json& json) {
  return google::protobuf::util::JsonStringToMessage(std::string(text), &json).ok();
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

std::optional<std::string> GhzRequestProblem(std::string_view request) {
  google::protobuf::Struct fields;
  if (!ParseJson(request, fields)) return "it is no JSON object";
  if (fields.fields().contains(kTokenField)) return "its field \"session\" is what this command fills in";
  return std::nullopt;
}

std::string GhzData(const std::vector<std::string>& tokens, std::string_view request) {
  const std::string_view fields = request.substr(request.find('{') + 1);
  const char* comma = fields[fields.find_first_not_of(" \t\r\n")] == '}' ? "" : ", ";
  std::string text = "[";
  for (const std::string& token : tokens) {
    text += text.size() == 1 ? "\n{\"" : ",\n{\"";
    text.append(kTokenField).append("\": ");
    AppendJsonString(token, text);
    text.append(comma).append(fields);
  }
  return text + "\n]\n";
}

std::optional<std::vector<std::string>> GhzTokens(const std::string& text) {
  google::protobuf::ListValue requests;
  if (!ParseJson(text, requests)) return std::nullopt;
  std::vector<std::string> tokens;
  for (const google::protobuf::Value& request : requests.values()) {
    const auto& fields = request.struct_value().fields();
    const auto token = fields.find(kTokenField);
    if (token == fields.end() || token->second.string_value().empty()) return std::nullopt;
    const std::string& name = token->second.string_value();
    if (std::find(tokens.begin(), tokens.end(), name) == tokens.end()) tokens.push_back(name);
  }
  return tokens;
}

NewPrivateFile::NewPrivateFile(std::string path) : path_(std::move(path)), fresh_(path_ + ".new") {
  // One that was left behind, or laid out for us: it may be readable by others, or lead elsewhere.
  unlink(fresh_.c_str());
  fd_ = open(fresh_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

NewPrivateFile::~NewPrivateFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(fresh_.c_str());
}

bool NewPrivateFile::Write(std::string_view text) {
  if (!WriteAll(fd_, text) || fsync(fd_) != 0 || rename(fresh_.c_str(), path_.c_str()) != 0) return false;
  close(fd_);
  fd_ = -1;
  return true;
}

}  // namespace dirlease::cli
