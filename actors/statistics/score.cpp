#include "actors/statistics/score.hpp"

#include <cmath>
#include <limits>

#include "actors/statistics/sum.hpp"

namespace tally::statistics {
namespace {

double mean_in_deviations(std::span<const double> returns) {
  const double deviation = deviation_of(returns);
  return deviation > 0 ? mean_of(returns) / deviation : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double t_statistic(std::span<const double> returns) {
  return mean_in_deviations(returns) * std::sqrt(static_cast<double>(returns.size()));
}

double sharpe_ratio(std::span<const double> returns, double periods_per_year) {
  return mean_in_deviations(returns) * std::sqrt(periods_per_year);
}

double shrunk_sharpe(std::span<const double> returns, double periods_per_year, double prior_days) {
  const double sharpe = sharpe_ratio(returns, periods_per_year);
  const double days = static_cast<double>(returns.size());
  return std::isnan(sharpe) ? 0 : sharpe * days / (days + prior_days);
}

}  // namespace tally::statistics
