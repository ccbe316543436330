// Weights of strategies: half shared equally, half by score, within caps, floors and a bound on change.
//
//   blend_i  = 0.5 / n + 0.5 x max(score_i, 0) / sum of max(score, 0)      (equal where no score is above zero)
//   weight_i = blend_i + l, held within [low_i, high_i], with the one l that makes them sum to one
//   low_i    = previous_i - change, high_i = previous_i + change, both held within [floor, cap];
//              floor and cap themselves for one that had no weight before
// Where changes of that size cannot reach a sum of one, because a strategy came or went, the change allowed is the smallest
// that can. Caps and floors always hold.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

namespace tally::statistics {

struct WeightLimits {
  double floor = 0.02;
  double cap = 0.40;
  double change = 0.10;  // of a weight, from one publication to the next
};

struct Candidate {
  double score = 0;                // e.g. its shrunk Sharpe ratio; finite
  std::optional<double> previous;  // its weight until now, if it had one
};

struct WeightError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One a candidate, in the same order; they sum to one but for rounding. Throws WeightError where there is no candidate, a
// score is not finite, or the limits leave no solution: 0 <= floor <= cap, n x floor <= 1 <= n x cap, change >= 0.
std::vector<double> weights_of(std::span<const Candidate> candidates, const WeightLimits& limits);

}  // namespace tally::statistics
