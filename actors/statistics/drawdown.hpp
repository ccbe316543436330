// How far equity falls below the highest it has been, the starting equity included: equity / peak - 1, never above zero.
// Peaks are compared as exact amounts.
#pragma once

#include <cstdint>
#include <optional>

#include "messages/decimal.hpp"

namespace tally::statistics {

// The deepest fall. Labels are whatever the observations came with: instants, day numbers.
struct Drawdown {
  double depth = 0;                   // <= 0; zero where equity never fell, and then there are no labels
  std::optional<std::int64_t> peak;   // the latest observation at the peak it fell from; none: the starting equity
  std::optional<std::int64_t> trough;
  std::uint64_t longest = 0;          // observations in a row below their peak, at most
};

class DrawdownMeter {
 public:
  explicit DrawdownMeter(Money starting_equity) : peak_(starting_equity) {}

  // The drawdown at this observation.
  double add(Money equity, std::int64_t label);
  const Drawdown& deepest() const { return deepest_; }

 private:
  Money peak_;
  std::optional<std::int64_t> peak_label_;
  std::uint64_t below_ = 0;
  Drawdown deepest_;
};

}  // namespace tally::statistics
