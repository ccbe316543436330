// What a backtest came to, as numbers with names: the record of its equity (docs/statistics.md) and of its trades
// (docs/backtests.md). Floating point, for people and comparisons; no amount is made of them.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "actors/lots/trade_book.hpp"
#include "app/statistics/figure_text.hpp"

namespace tally::backtest {

// Matched segments of lots, each net of its pro-rata fees.
class TradeMeter {
 public:
  void add(const Segment& segment);

  std::uint64_t trades = 0;
  std::uint64_t winning = 0;
  std::uint64_t losing = 0;
  double gains = 0;   // sum of what winners made
  double losses = 0;  // sum of what losers lost, above zero
  double best = 0;
  double worst = 0;
  std::uint64_t losing_streak = 0;  // most losers in a row
  double held_s = 0;                // sum of the times that segments were open

 private:
  std::uint64_t streak_ = 0;
};

// trades, winning_trades, losing_trades, trade_win_rate, trade_profit_factor, average_win, average_loss, expectancy,
// best_trade, worst_trade, longest_losing_streak, average_holding_s. Ratios of nothing are NaN.
std::vector<Figure> figures_of(const TradeMeter& meter);

// Of a named figure that is a number; NaN where there is none of that name.
double figure_named(const std::vector<Figure>& figures, const std::string& name);

// The name again, where a run can be judged by it: one of the names of either list whose value is a number. Throws
// std::invalid_argument, with all of them.
std::string check_statistic(const std::string& name);

}  // namespace tally::backtest
