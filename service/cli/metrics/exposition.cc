#include "cli/metrics/exposition.h"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace dirlease::cli {
namespace {

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

bool Consume(char c, std::string_view& text) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::string TakeName(std::string_view& text) {
  const std::string name(text.substr(0, text.find_first_of(" \t{}=,\"")));
  text.remove_prefix(name.size());
  return name;
}

// After the opening quote, up to and with the closing one.
bool TakeQuoted(std::string_view& text, std::string& value) {
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return true;
    if (c == '\\') {
      if (text.empty()) return false;
      c = text.front() == 'n' ? '\n' : text.front();
      text.remove_prefix(1);
    }
    value += c;
  }
  return false;
}

bool TakeLabels(std::string_view& text, Sample& sample) {
  while (!Consume('}', text)) {
    SkipBlanks(text);
    const std::string key = TakeName(text);
    if (key.empty() || !Consume('=', text) || !Consume('"', text)) return false;
    if (!TakeQuoted(text, sample.labels[key])) return false;
    SkipBlanks(text);
    Consume(',', text);
    SkipBlanks(text);
  }
  return true;
}

// Number, "+Inf", "-Inf" or "NaN"; a timestamp may follow.
bool TakeValue(std::string_view text, double& value) {
  const std::string number(text.substr(0, text.find_first_of(" \t")));
  char* end = nullptr;
  value = strtod(number.c_str(), &end);
  return !number.empty() && *end == '\0';
}

bool ParseSample(std::string_view line, Sample& sample) {
  sample.name = TakeName(line);
  SkipBlanks(line);
  if (sample.name.empty() || (Consume('{', line) && !TakeLabels(line, sample))) return false;
  SkipBlanks(line);
  return TakeValue(line, sample.value);
}

}  // namespace

const std::string& Sample::label(const std::string& key) const {
  static const std::string none;
  const auto found = labels.find(key);
  return found == labels.end() ? none : found->second;
}

std::optional<Exposition> Exposition::Parse(std::string_view text) {
  Exposition exposition;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    SkipBlanks(line);
    if (line.empty() || line.front() == '#') continue;
    if (!ParseSample(line, exposition.samples_.emplace_back())) return std::nullopt;
  }
  return exposition;
}

std::vector<const Sample*> Exposition::Named(std::string_view name) const {
  std::vector<const Sample*> found;
  for (const Sample& sample : samples_) {
    if (sample.name == name) found.push_back(&sample);
  }
  return found;
}

std::map<std::string, double> Exposition::SumBy(std::string_view name,
                                                const std::string& label) const {
  std::map<std::string, double> sums;
  for (const Sample* sample : Named(name)) sums[sample->label(label)] += sample->value;
  return sums;
}

std::optional<double> Exposition::Quantile(double quantile, const std::string& name,
                                           const std::string& label,
                                           const std::string& value) const {
  std::map<double, double> counts;  // cumulative, by upper bound
  for (const Sample* sample : Named(name + "_bucket")) {
    double bound = 0;
    if (sample->label(label) == value && TakeValue(sample->label("le"), bound))
      counts[bound] += sample->value;
  }
  if (counts.empty() || !(counts.rbegin()->second > 0)) return std::nullopt;
  const double rank = quantile * counts.rbegin()->second;
  double lower = 0, below = 0;
  for (const auto& [bound, count] : counts) {
    if (count >= rank && count > below) {
      if (std::isinf(bound)) break;
      return lower + (bound - lower) * (rank - below) / (count - below);
    }
    lower = bound;
    below = count;
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace dirlease::cli
