#include "actors/statistics/performance.hpp"

#include <cmath>
#include <limits>

#include "actors/statistics/ratio.hpp"
#include "actors/statistics/sum.hpp"
#include "messages/assert.hpp"

namespace tally::statistics {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

// Divides by something that cannot be negative: by zero, what is above it is infinite and zero is nothing.
double ratio(double above, double below) {
  if (below != 0) return above / below;
  return above > 0 ? infinite : above < 0 ? -infinite : nothing;
}

double downside_of(const std::vector<double>& returns) {
  Sum squares;
  for (const double r : returns)
    if (r < 0) squares.add(r * r);
  return std::sqrt(squares.value() / static_cast<double>(returns.size()));
}

void count_days(Performance& all, const std::vector<double>& returns) {
  Sum gains, losses;
  for (const double r : returns) {
    ++(r > 0 ? all.positive_days : r < 0 ? all.negative_days : all.zero_days);
    (r > 0 ? gains : losses).add(std::abs(r));
  }
  all.win_rate = ratio(static_cast<double>(all.positive_days), static_cast<double>(all.positive_days + all.negative_days));
  all.profit_factor = ratio(gains.value(), losses.value());
}

}  // namespace

Performance performance_of(const std::vector<DayClose>& closes, const PerformanceTerms& terms) {
  TALLY_ASSERT(!closes.empty());
  const double periods = terms.periods_per_year;
  const double days = static_cast<double>(closes.size());
  const double risk_free_day = std::pow(1 + terms.risk_free, 1 / periods) - 1;
  const Money last = closes.back().equity.value;

  Performance all;
  std::vector<double> returns, excess;
  DrawdownMeter meter(terms.starting_equity);
  for (const DayClose& close : closes) {
    returns.push_back(close.daily_return);
    excess.push_back(close.daily_return - risk_free_day);
    meter.add(close.equity.value, close.day);
  }
  all.days = closes.size();
  all.total_return = ratio_of(last - terms.starting_equity, terms.starting_equity);
  all.drawdown = meter.deepest();
  count_days(all, returns);
  all.mean = mean_of(returns);
  all.deviation = deviation_of(returns);
  all.downside = downside_of(returns);
  // A record that never moves has no Sharpe ratio, whatever the risk-free rate.
  all.sharpe = all.deviation > 0 ? mean_of(excess) / all.deviation * std::sqrt(periods) : nothing;
  all.sortino = ratio(mean_of(excess), downside_of(excess)) * std::sqrt(periods);
  all.annual_return = std::pow(ratio_of(last, terms.starting_equity), periods / days) - 1;
  all.annual_volatility = all.deviation * std::sqrt(periods);
  all.calmar = all.drawdown.depth < 0 ? all.annual_return / -all.drawdown.depth : nothing;
  return all;
}

}  // namespace tally::statistics
