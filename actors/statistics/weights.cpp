#include "actors/statistics/weights.hpp"

#include <algorithm>
#include <cmath>

#include "actors/statistics/sum.hpp"

namespace tally::statistics {
namespace {

constexpr double rounding = 1e-12;
constexpr int halvings = 200;  // more than a double has bits, at any exponent met here

struct Range {
  double low;
  double high;
};

void check(std::span<const Candidate> candidates, const WeightLimits& limits) {
  const double count = static_cast<double>(candidates.size());
  if (candidates.empty()) throw WeightError("there is nothing to weigh");
  if (!(limits.floor >= 0 && limits.floor <= limits.cap && limits.change >= 0))
    throw WeightError("a floor must not be below zero or above the cap, nor a change below zero");
  if (count * limits.floor > 1 + rounding) throw WeightError("the floors alone are more than the whole");
  if (count * limits.cap < 1 - rounding) throw WeightError("the caps do not reach the whole");
  for (const Candidate& candidate : candidates)
    if (!std::isfinite(candidate.score) || !std::isfinite(candidate.previous.value_or(0)))
      throw WeightError("a score or a weight is not finite");
}

std::vector<Range> ranges(std::span<const Candidate> candidates, const WeightLimits& limits, double change) {
  std::vector<Range> all;
  for (const Candidate& candidate : candidates) {
    if (!candidate.previous) all.push_back({limits.floor, limits.cap});
    else all.push_back({std::clamp(*candidate.previous - change, limits.floor, limits.cap),
                        std::clamp(*candidate.previous + change, limits.floor, limits.cap)});
  }
  return all;
}

bool reach_one(const std::vector<Range>& all) {
  Sum low, high;
  for (const Range& range : all) {
    low.add(range.low);
    high.add(range.high);
  }
  return low.value() <= 1 + rounding && high.value() >= 1 - rounding;
}

// The smallest change from `limits.change` on with which the weights can sum to one.
std::vector<Range> reachable(std::span<const Candidate> candidates, const WeightLimits& limits) {
  if (auto all = ranges(candidates, limits, limits.change); reach_one(all)) return all;
  double least = limits.change, farthest = 0;
  for (const Candidate& candidate : candidates) farthest = std::max(farthest, std::abs(candidate.previous.value_or(0)));
  double enough = limits.change + farthest + 1;  // from there every weight between floor and cap is near
  for (int i = 0; i < halvings; ++i) {
    const double middle = least + (enough - least) / 2;
    (reach_one(ranges(candidates, limits, middle)) ? enough : least) = middle;
  }
  return ranges(candidates, limits, enough);
}

std::vector<double> blends(std::span<const Candidate> candidates) {
  const double equal = 1 / static_cast<double>(candidates.size());
  double largest = 0;  // scores are taken as shares of it, so that their sum stays finite
  for (const Candidate& candidate : candidates) largest = std::max(largest, candidate.score);
  Sum scores;
  if (largest > 0)
    for (const Candidate& candidate : candidates) scores.add(std::max(candidate.score, 0.0) / largest);
  std::vector<double> all;
  for (const Candidate& candidate : candidates)
    all.push_back(largest > 0 ? 0.5 * equal + 0.5 * (std::max(candidate.score, 0.0) / largest) / scores.value() : equal);
  return all;
}

}  // namespace

std::vector<double> weights_of(std::span<const Candidate> candidates, const WeightLimits& limits) {
  check(candidates, limits);
  const std::vector<double> blend = blends(candidates);
  const std::vector<Range> range = reachable(candidates, limits);
  const auto shifted = [&](double by) {
    std::vector<double> all;
    for (std::size_t i = 0; i < blend.size(); ++i) all.push_back(std::clamp(blend[i] + by, range[i].low, range[i].high));
    return all;
  };
  const auto total = [](const std::vector<double>& all) {
    Sum sum;
    for (const double weight : all) sum.add(weight);
    return sum.value();
  };
  // The sum grows with the shift, from all low at -(1 + cap) to all high.
  double low = -1 - limits.cap, high = 1 + limits.cap;
  for (int i = 0; i < halvings; ++i) {
    const double middle = low + (high - low) / 2;
    (total(shifted(middle)) < 1 ? low : high) = middle;
  }
  return shifted(high);
}

}  // namespace tally::statistics
