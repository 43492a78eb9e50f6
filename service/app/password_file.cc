#include "app/password_file.h"

#include <string_view>

#include "app/pem_file.h"

namespace dirlease {

Secret ReadPasswordFile(const std::string& path, std::string& problem) {
  constexpr size_t kMostOctets = 4096;
  auto text = ReadTextFile(path);
  if (!text) {
    problem = "cannot read " + path;
    return Secret();
  }
  std::string_view password = *text;
  if (password.ends_with('\n')) password.remove_suffix(1);
  if (password.ends_with('\r')) password.remove_suffix(1);
  if (password.empty()) problem = path + " is empty";
  if (password.size() > kMostOctets) problem = path + " is too long for a password";
  Secret secret(problem.empty() ? password : std::string_view());
  Wipe(*text);
  return secret;
}

}  // namespace dirlease
