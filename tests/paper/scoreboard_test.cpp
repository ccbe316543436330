// The scoreboard: figures of days against known answers, and weights within their laws.
#include <rapidcheck.h>

#include <cmath>

#include "app/paper/scoreboard.hpp"
#include "tests/catch.hpp"

using namespace tally;
using tables::StrategyPerfLatest;
using tables::StrategyWeightsLatest;

namespace {

const SignalSourceId trend("trend"), turn("turn"), third("third");

PaperClose close_of(std::int64_t paid_in, const char* equity, const char* fees = "0", std::uint64_t fills = 0) {
  return {AccountId("paper:x"), Money::whole(paid_in), Money::parse(equity), Money::parse(fees), fills};
}

template <class R>
std::map<SignalSourceId, R> latest(const std::vector<tables::Change>& changes) {
  std::map<SignalSourceId, R> found;
  for (const tables::Change& change : changes)
    if (const auto* row = std::get_if<R>(&change.row)) found[row->strategyId] = *row;
  return found;
}

double number_in(Ratio ratio) { return static_cast<double>(ratio.units()) / 1e9; }

}  // namespace

TEST_CASE("Days of a strategy come to the figures that the formulas give") {
  Scoreboard board({});
  std::vector<tables::Change> out;
  board.close_day(Time{1}, {{trend, close_of(1'000, "1010", "2.5", 3)}}, out);   // +1%
  board.close_day(Time{2}, {{trend, close_of(2'000, "1959.8", "5", 5)}}, out);   // 1000 more paid in: -2.5%
  board.close_day(Time{3}, {{trend, close_of(2'000, "1959.8", "5", 5)}}, out);   // nothing
  const StrategyPerfLatest row = latest<StrategyPerfLatest>(out).at(trend);
  CHECK(row.runTag == "PAPER_LIVE");
  CHECK(row.days == 3);
  CHECK(row.pnlNet == Money::parse("-40.2"));
  CHECK(row.fills == 5);
  const double second = 1959.8 / 2010 - 1;
  const double mean = (0.01 + second) / 3;
  const double deviation = std::sqrt(((0.01 - mean) * (0.01 - mean) + (second - mean) * (second - mean) + mean * mean) / 2);
  CHECK(number_in(*row.totalReturn) == Approx(1.01 * (1 + second) - 1).margin(1e-9));
  CHECK(number_in(*row.maxDrawdown) == Approx(second).margin(1e-9));
  CHECK(number_in(*row.sharpe) == Approx(mean / deviation * std::sqrt(365)).margin(1e-8));
  CHECK(number_in(*row.tStat) == Approx(mean / deviation * std::sqrt(3)).margin(1e-8));
  CHECK(number_in(*row.shrunkSharpe) == Approx(number_in(*row.sharpe) * 3 / 63).margin(1e-8));
  CHECK(row.ts == Time{3});
}

TEST_CASE("One day has no Sharpe ratio, and a lost account no further return") {
  Scoreboard board({});
  std::vector<tables::Change> out;
  board.close_day(Time{1}, {{trend, close_of(1'000, "0")}}, out);
  const auto first = latest<StrategyPerfLatest>(out).at(trend);
  CHECK_FALSE(first.sharpe);
  CHECK(number_in(*first.totalReturn) == -1);
  board.close_day(Time{2}, {{trend, close_of(1'000, "-50")}}, out);
  CHECK(number_in(*latest<StrategyPerfLatest>(out).at(trend).totalReturn) == -1);
  CHECK(latest<StrategyWeightsLatest>(out).at(trend).weight == Ratio::whole(1));
}

TEST_CASE("The better record gets more, by no more than the change allowed a day, and a newcomer its share") {
  Scoreboard board({});
  std::vector<tables::Change> out;
  for (int day = 1; day <= 40; ++day) {
    const std::string up = std::to_string(1'000 + 10 * day + day % 3), down = std::to_string(1'000 - 3 * day - day % 2);
    board.close_day(Time{day}, {{trend, close_of(1'000, up.c_str())}, {turn, close_of(1'000, down.c_str())}}, out);
  }
  auto weights = latest<StrategyWeightsLatest>(out);
  CHECK(weights.at(trend).score > Ratio{});
  CHECK(weights.at(turn).score < Ratio{});
  CHECK(number_in(weights.at(trend).weight) == Approx(0.5).margin(1e-8));   // of two, the cap is half
  board.close_day(Time{41}, {{trend, close_of(1'000, "1500")}, {turn, close_of(1'000, "800")}, {third, close_of(1'000, "1000")}},
                  out);
  weights = latest<StrategyWeightsLatest>(out);
  CHECK_FALSE(weights.at(third).previousWeight);
  CHECK(number_in(*weights.at(trend).previousWeight) == Approx(0.5).margin(1e-8));
  CHECK(number_in(weights.at(trend).weight) == Approx(0.4).margin(1e-8));
}

TEST_CASE("Whatever the days bring, weights sum to one within cap and floor, and the same days give the same rows") {
  CHECK(rc::check("weights", [] {
    const auto count = *rc::gen::inRange<std::size_t>(1, 8);
    const auto days = *rc::gen::container<std::vector<std::vector<int>>>(
        rc::gen::container<std::vector<int>>(count, rc::gen::inRange(-50, 50)));
    const auto run = [&] {
      Scoreboard board({});
      std::vector<tables::Change> out;
      std::vector<std::int64_t> equity(count, 10'000);
      for (std::size_t day = 0; day < days.size(); ++day) {
        std::map<SignalSourceId, PaperClose> closes;
        for (std::size_t i = 0; i < count; ++i) {
          equity[i] += days[day][i];
          closes[SignalSourceId("s" + std::to_string(i))] = close_of(10'000, std::to_string(equity[i]).c_str());
        }
        board.close_day(Time{static_cast<std::int64_t>(day)}, closes, out);
      }
      return out;
    };
    const auto out = run(), again = run();
    RC_ASSERT(out.size() == again.size());
    std::map<std::int64_t, double> sums;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto* row = std::get_if<StrategyWeightsLatest>(&out[i].row);
      if (!row) continue;
      sums[row->ts.ns] += number_in(row->weight);
      RC_ASSERT(row->weight == std::get<StrategyWeightsLatest>(again[i].row).weight);
      RC_ASSERT(number_in(row->weight) <= std::max(0.4, 1.0 / static_cast<double>(count)) + 1e-8);
      RC_ASSERT(number_in(row->weight) >= 0.02 - 1e-8);
    }
    for (const auto& [day, sum] : sums) RC_ASSERT(std::abs(sum - 1) < 1e-7);
  }));
}
