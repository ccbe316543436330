// How good a record of daily returns is, with what its shortness takes off it. Net of fees, if the returns are.
#pragma once

#include <span>

namespace tally::statistics {

// mean / (deviation / sqrt(n)): how many standard errors the mean lies from zero. NaN where the deviation has no value or is
// zero.
double t_statistic(std::span<const double> returns);

// mean / deviation x sqrt(periods_per_year); NaN as above.
double sharpe_ratio(std::span<const double> returns, double periods_per_year);

// sharpe x n / (n + prior_days): what to believe of it if, before the record began, `prior_days` days of evidence spoke for
// zero. (The error of a daily Sharpe ratio of n days is about 1 / sqrt(n); with a normal prior of mean zero and variance
// 1 / prior_days this is the posterior mean.) A record without a Sharpe ratio scores zero. `prior_days` >= 0.
double shrunk_sharpe(std::span<const double> returns, double periods_per_year, double prior_days);

}  // namespace tally::statistics
