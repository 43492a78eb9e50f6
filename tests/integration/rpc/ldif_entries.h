// Entries as ldapsearch -LLL -o ldif-wrap=no writes them (RFC 2849), for comparison.
#pragma once

#include <openssl/evp.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace dirlease::testing {

// "dn" first, then type and value, in order.
using LdifEntry = std::vector<std::pair<std::string, std::string>>;

inline std::string DecodeBase64(const std::string& text) {
  std::string octets(text.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(octets.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  for (auto last = text.rbegin(); last != text.rend() && *last == '='; ++last) octets.pop_back();
  return octets;
}

inline std::vector<LdifEntry> ParseLdif(const std::string& text) {
  std::vector<LdifEntry> entries;
  LdifEntry entry;
  std::istringstream lines(text + "\n");
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      if (!entry.empty()) entries.push_back(std::exchange(entry, {}));
      continue;
    }
    const size_t colon = line.find(':');
    const bool encoded = line.compare(colon, 2, "::") == 0;
    const size_t start = line.find_first_not_of(' ', colon + (encoded ? 2 : 1));
    const std::string value = start == std::string::npos ? "" : line.substr(start);
    entry.emplace_back(line.substr(0, colon), encoded ? DecodeBase64(value) : value);
  }
  return entries;
}

}  // namespace dirlease::testing
