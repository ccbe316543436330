#include "actors/statistics/drawdown.hpp"

#include <algorithm>

#include "actors/statistics/ratio.hpp"

namespace tally::statistics {

double DrawdownMeter::add(Money equity, std::int64_t label) {
  if (equity >= peak_) {
    peak_ = equity;
    peak_label_ = label;
    below_ = 0;
    return 0;
  }
  deepest_.longest = std::max(deepest_.longest, ++below_);
  const double depth = ratio_of(equity - peak_, peak_);
  if (depth < deepest_.depth) {
    deepest_.depth = depth;
    deepest_.peak = peak_label_;
    deepest_.trough = label;
  }
  return depth;
}

}  // namespace tally::statistics
