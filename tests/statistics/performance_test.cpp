// Figures by hand, and laws of them over random series.
#include "actors/statistics/performance.hpp"

#include <rapidcheck.h>

#include <cmath>

#include "actors/statistics/sum.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::statistics;

namespace {

Written<Money> whole(std::int64_t amount) { return {Money::whole(amount), 0}; }

Performance of(const std::vector<std::int64_t>& closes, std::int64_t start, const PerformanceTerms& asked = {}) {
  DailyEquity daily;
  for (std::size_t day = 0; day < closes.size(); ++day) daily.add(static_cast<std::int64_t>(day), whole(closes[day]));
  PerformanceTerms terms = asked;
  terms.starting_equity = Money::whole(start);
  return performance_of(daily.closes(Days::observed, Money::whole(start)), terms);
}

// Of whole amounts above zero.
auto equities() {
  return rc::gen::suchThat(rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 100'000)),
                           [](const auto& all) { return !all.empty(); });
}

bool close_to(double a, double b) { return a == b || std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)}); }

}  // namespace

TEST_CASE("Three days by hand") {
  // 100 -> 110 -> 99 -> 99: +10 %, -10 %, 0 %.
  const Performance all = of({110, 99, 99}, 100);
  CHECK(all.days == 3);
  CHECK(all.total_return == Approx(-0.01));
  CHECK(all.positive_days == 1);
  CHECK(all.negative_days == 1);
  CHECK(all.zero_days == 1);
  CHECK(all.win_rate == 0.5);
  CHECK(all.profit_factor == Approx(1));
  CHECK(std::abs(all.mean) < 1e-15);
  CHECK(all.deviation == Approx(0.1));
  CHECK(all.downside == Approx(std::sqrt(0.01 / 3)));
  CHECK(all.annual_return == Approx(std::pow(0.99, 84) - 1));
  CHECK(all.drawdown.depth == Approx(-0.1));
  CHECK(all.drawdown.peak == 0);
  CHECK(all.drawdown.trough == 1);
  CHECK(all.drawdown.longest == 2);
  CHECK(all.calmar == Approx(all.annual_return / 0.1));
}

TEST_CASE("A figure without a value is none: of one day, of a flat record, of one that only rises") {
  const Performance one = of({99}, 100);
  CHECK(std::isnan(one.deviation));
  CHECK(std::isnan(one.sharpe));
  CHECK(one.sortino == Approx(-std::sqrt(252.0)));
  const Performance flat = of({100, 100, 100}, 100, {{}, 252, 0.05});
  CHECK(std::isnan(flat.sharpe));
  CHECK(std::isnan(flat.win_rate));
  CHECK(std::isnan(flat.profit_factor));
  CHECK(std::isnan(flat.calmar));
  CHECK_FALSE(flat.drawdown.trough);
  const Performance up = of({101, 102, 104}, 100);
  CHECK(std::isinf(up.sortino));
  CHECK(std::isinf(up.profit_factor));
  CHECK(std::isnan(up.calmar));
  CHECK(up.drawdown.longest == 0);
}

TEST_CASE("A day closes with its last observation, and calendar days carry it forward") {
  DailyEquity daily;
  daily.add(10, whole(90));
  daily.add(10, whole(100));
  daily.add(13, whole(50));
  const auto observed = daily.closes(Days::observed, Money::whole(200));
  REQUIRE(observed.size() == 2);
  CHECK(observed[0].equity.value == Money::whole(100));
  CHECK(observed[0].daily_return == -0.5);
  CHECK(observed[1].drawdown == -0.75);
  const auto calendar = daily.closes(Days::calendar, Money::whole(200));
  REQUIRE(calendar.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(calendar[i].day == 10 + static_cast<std::int64_t>(i));
  CHECK_FALSE(calendar[1].observed);
  CHECK(calendar[2].daily_return == 0);
  CHECK(calendar[3].daily_return == -0.5);
}

TEST_CASE("Sums keep what plain addition loses") {
  Sum sum;
  for (const double value : {1e16, 1.0, -1e16, 1e-3}) sum.add(value);
  CHECK(sum.value() == 1.001);
}

TEST_CASE("Laws of the figures over random series") {
  REQUIRE(rc::check("returns compound to the total; depths, counts and ratios agree with each other", [] {
    const auto closes = *equities();
    const Performance all = of(closes, 1'000);
    RC_ASSERT(all.days == closes.size());
    RC_ASSERT(all.positive_days + all.negative_days + all.zero_days == all.days);
    RC_ASSERT(all.drawdown.depth <= 0 && all.drawdown.depth > -1);
    RC_ASSERT((all.drawdown.depth < 0) == (all.drawdown.longest > 0));
    RC_ASSERT(all.drawdown.longest <= all.days);
    // From the peak to the trough is the depth.
    double deepest = 0;
    for (std::size_t from = 0; from <= closes.size(); ++from)
      for (std::size_t to = from; to < closes.size(); ++to) {
        const double peak = from == 0 ? 1'000 : static_cast<double>(closes[from - 1]);
        deepest = std::min(deepest, static_cast<double>(closes[to]) / peak - 1);
      }
    RC_ASSERT(close_to(all.drawdown.depth, deepest));
    if (closes.size() > 1 && all.deviation > 0)
      RC_ASSERT(close_to(all.sharpe * all.deviation, all.mean * std::sqrt(252.0)));
    if (all.downside > 0) RC_ASSERT(close_to(all.sortino * all.downside, all.mean * std::sqrt(252.0)));
  }));
  REQUIRE(rc::check("ten times the money is the same record", [] {
    const auto closes = *equities();
    std::vector<std::int64_t> tenfold;
    for (const std::int64_t close : closes) tenfold.push_back(close * 10);
    const Performance one = of(closes, 500), ten = of(tenfold, 5'000);
    RC_ASSERT(close_to(one.mean, ten.mean));
    RC_ASSERT(close_to(one.drawdown.depth, ten.drawdown.depth));
    RC_ASSERT(one.drawdown.peak == ten.drawdown.peak);
    RC_ASSERT(close_to(one.annual_return, ten.annual_return));
  }));
}
