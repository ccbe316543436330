// A metric as Prometheus knows it, free of its library: a name, and a value for each set of labels.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tally {

struct MetricSample {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

struct MetricFamilyOf {
  enum class Kind { gauge, counter };
  std::string name;
  std::string help;
  Kind kind = Kind::gauge;
  std::vector<MetricSample> samples;
};

}  // namespace tally
