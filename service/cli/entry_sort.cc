#include "cli/entry_sort.h"

#include <algorithm>
#include <utility>

namespace dirlease::cli {
namespace {

using Key = std::vector<std::string>;

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

Key KeyOf(const std::string& by, const v1::SearchEntry& entry) {
  if (by.empty()) return {Lower(entry.dn().substr(entry.dn().find('=') + 1))};
  Key key;
  for (const v1::Attribute& attribute : entry.attributes()) {
    if (Lower(attribute.type()) != Lower(by)) continue;
    for (const std::string& value : attribute.values()) key.push_back(Lower(value));
    for (const std::string& value : attribute.text_values()) key.push_back(Lower(value));
  }
  return key;
}

}  // namespace

void SortEntries(const std::string& by, std::vector<v1::SearchEntry>& entries) {
  std::vector<std::pair<Key, size_t>> order;
  for (size_t i = 0; i < entries.size(); ++i) order.emplace_back(KeyOf(by, entries[i]), i);
  std::sort(order.begin(), order.end());
  std::vector<v1::SearchEntry> sorted(entries.size());
  for (size_t i = 0; i < order.size(); ++i) sorted[i].Swap(&entries[order[i].second]);
  entries.swap(sorted);
}

}  // namespace dirlease::cli
