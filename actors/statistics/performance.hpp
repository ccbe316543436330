// What a series of daily closes is worth as a record. docs/statistics.md gives every formula by its name.
//
// Daily returns r_t = close_t / close_(t-1) - 1, the first against the starting equity; flat days count. Where a figure has no
// value (a ratio of zero by zero, a deviation of one day) it is NaN; where only its divisor is zero it is infinite.
#pragma once

#include <optional>
#include <vector>

#include "actors/statistics/daily_equity.hpp"
#include "actors/statistics/drawdown.hpp"

namespace tally::statistics {

struct PerformanceTerms {
  Money starting_equity;        // above zero
  double periods_per_year = 252;
  double risk_free = 0;         // a year, compounded; above -1
};

struct Performance {
  std::uint64_t days = 0;
  double total_return = 0;
  Drawdown drawdown;            // of daily closes, labelled with day numbers
  std::uint64_t positive_days = 0;
  std::uint64_t negative_days = 0;
  std::uint64_t zero_days = 0;
  double win_rate = 0;          // of days that were not flat
  double profit_factor = 0;     // sum of gains / sum of losses, as daily returns
  double mean = 0;
  double deviation = 0;         // of a sample
  double downside = 0;          // sqrt(sum(min(r, 0)^2) / n), n = all days
  double sharpe = 0;
  double sortino = 0;
  double annual_return = 0;     // compound
  double annual_volatility = 0;
  double calmar = 0;
};

Performance performance_of(const std::vector<DayClose>& closes, const PerformanceTerms& terms);

}  // namespace tally::statistics
