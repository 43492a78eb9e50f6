// Prometheus' text exposition format (version 0.0.4), as far as its samples go. Value type,
// thread-safe to read.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dirlease::cli {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;

  // Empty when the sample has no such label.
  const std::string& label(const std::string& key) const;
};

class Exposition {
 public:
  // Nothing when a line is neither a comment nor a sample.
  static std::optional<Exposition> Parse(std::string_view text);

  const std::vector<Sample>& samples() const { return samples_; }
  std::vector<const Sample*> Named(std::string_view name) const;
  // Values of one name, added up by one label.
  std::map<std::string, double> SumBy(std::string_view name, const std::string& label) const;

  // Estimates a quantile of a histogram from its cumulative buckets, linear within one, over all
  // samples of `name` + "_bucket" with this label. Infinity beyond the last finite bucket; nothing
  // when it counted nothing.
  std::optional<double> Quantile(double quantile, const std::string& name, const std::string& label,
                                 const std::string& value) const;

 private:
  std::vector<Sample> samples_;
};

}  // namespace dirlease::cli
