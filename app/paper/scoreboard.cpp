#include "app/paper/scoreboard.hpp"

#include <algorithm>
#include <cmath>

#include "actors/statistics/score.hpp"
#include "actors/statistics/weights.hpp"

namespace tally {
namespace {

double number_of_money(Money value) { return static_cast<double>(static_cast<long double>(value.units()) / 1e18L); }
double number_of_ratio(Ratio value) { return static_cast<double>(value.units()) / 1e9; }

// To the nearest 1e-9; nothing where it is no number, or too large to be one of these.
std::optional<Ratio> rounded(double value) {
  constexpr double largest = 9e9;
  if (!std::isfinite(value) || std::fabs(value) > largest) return std::nullopt;
  return Ratio::from_units(std::llround(value * 1e9));
}

}  // namespace

// Against what was there and what was paid in meanwhile. An account that has nothing left returns nothing more.
void Scoreboard::add_day(Record& record, const PaperClose& close) const {
  const double base = number_of_money(record.equity + (close.paid_in - record.paid_in));
  const double change = base > 0 ? number_of_money(close.equity) / base - 1 : 0;
  record.returns.push_back(change);
  record.index *= 1 + change;
  record.peak = std::max(record.peak, record.index);
  record.deepest = std::min(record.deepest, record.index / record.peak - 1);
  record.equity = close.equity;
  record.paid_in = close.paid_in;
}

double Scoreboard::score_of(const Record& record) const {
  const double score = statistics::shrunk_sharpe(record.returns, static_cast<double>(settings_.periods_per_year),
                                                 static_cast<double>(settings_.prior_days));
  return std::isfinite(score) ? score : 0;
}

tables::StrategyPerfLatest Scoreboard::perf_of(SignalSourceId strategy, const Record& record, const PaperClose& close,
                                               Time end) const {
  tables::StrategyPerfLatest row;
  row.runTag = paper_run_tag;
  row.strategyId = strategy;
  row.accountId = close.account;
  row.ts = end;
  row.days = record.returns.size();
  row.capital = close.paid_in;
  row.equity = close.equity;
  row.pnlNet = close.equity - close.paid_in;
  row.fees = close.fees;
  row.fills = close.fills;
  row.totalReturn = rounded(record.index - 1);
  row.maxDrawdown = rounded(record.deepest);
  row.sharpe = rounded(statistics::sharpe_ratio(record.returns, static_cast<double>(settings_.periods_per_year)));
  row.shrunkSharpe = rounded(score_of(record));
  row.tStat = rounded(statistics::t_statistic(record.returns));
  return row;
}

void Scoreboard::close_day(Time end, const std::map<SignalSourceId, PaperClose>& closes, std::vector<tables::Change>& out) {
  if (closes.empty()) return;
  const auto upsert = [&](tables::Row row) { out.push_back({tables::Change::What::upserted, std::move(row)}); };
  std::vector<statistics::Candidate> candidates;
  for (const auto& [strategy, close] : closes) {
    Record& record = records_[strategy];
    add_day(record, close);
    upsert(perf_of(strategy, record, close, end));
    candidates.push_back({score_of(record), record.weight});
  }
  // Of few strategies the cap could not reach the whole, of many the floors would be more than it.
  const double equal = 1 / static_cast<double>(candidates.size());
  const statistics::WeightLimits limits{std::min(number_of_ratio(settings_.weight_floor), equal),
                                        std::max(number_of_ratio(settings_.weight_cap), equal),
                                        number_of_ratio(settings_.weight_change)};
  const std::vector<double> weights = statistics::weights_of(candidates, limits);
  std::size_t i = 0;
  for (const auto& [strategy, close] : closes) {
    tables::StrategyWeightsLatest row;
    row.runTag = paper_run_tag;
    row.strategyId = strategy;
    row.ts = end;
    row.weight = rounded(weights[i]).value_or(Ratio{});
    if (candidates[i].previous) row.previousWeight = rounded(*candidates[i].previous);
    row.score = rounded(candidates[i].score).value_or(Ratio{});
    upsert(std::move(row));
    records_[strategy].weight = weights[i];
    ++i;
  }
}

}  // namespace tally
