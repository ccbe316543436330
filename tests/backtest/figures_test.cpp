// Figures of trades, and what the charts are made of.
#include <cmath>

#include "app/backtest/chart.hpp"
#include "app/backtest/figures.hpp"
#include "app/backtest/record.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::backtest;

namespace {

Segment segment(const char* realized, const char* opening_fee, const char* closing_fee, std::int64_t held_s) {
  Segment closed;
  closed.match.realized = Money::parse(realized);
  closed.match.closed_at = Time{held_s * ns_per_s};
  closed.opening_fee = {Money::parse(opening_fee), Quantity::whole(1), Quantity::whole(2)};  // half of it
  closed.closing_fee = {Money::parse(closing_fee), Quantity::whole(1), Quantity::whole(1)};
  return closed;
}

}  // namespace

TEST_CASE("Figures of trades are net of each segment's share of both fees") {
  TradeMeter meter;
  meter.add(segment("10", "2", "1", 60));    // 8
  meter.add(segment("1", "2", "1", 120));    // -1
  meter.add(segment("-3", "0", "0", 30));    // -3
  meter.add(segment("1.5", "1", "1", 30));   // 0
  meter.add(segment("-2", "2", "-1", 0));    // -2: a rebate
  const auto figures = figures_of(meter);
  const std::map<std::string, double> expected = {
      {"trades", 5},
      {"winning_trades", 1},
      {"losing_trades", 3},
      {"trade_win_rate", 0.25},
      {"trade_profit_factor", 8.0 / 6},
      {"average_win", 8},     {"average_loss", -2},  {"expectancy", 0.4},  {"best_trade", 8},        {"worst_trade", -3},
      {"longest_losing_streak", 2}, {"average_holding_s", 48}};
  REQUIRE(figures.size() == expected.size());
  for (const auto& [name, value] : expected) {
    CAPTURE(name);
    CHECK(figure_named(figures, name) == Approx(value).epsilon(1e-15));
  }
  CHECK(std::isnan(figure_named(figures_of(TradeMeter{}), "trade_win_rate")));
  CHECK(std::isnan(figure_named(figures, "luck")));
}

TEST_CASE("Every figure of a run can be what it is judged by, except those that are no numbers") {
  CHECK(check_statistic("sharpe") == "sharpe");
  CHECK(check_statistic("expectancy") == "expectancy");
  CHECK_THROWS_AS(check_statistic("max_drawdown_peak_date"), std::invalid_argument);
  CHECK_THROWS_WITH(check_statistic("sharp"), Catch::Contains("sharpe"));
}

TEST_CASE("Equity that is not above zero once has no statistics, and the reason says when") {
  const Config config = read_config(std::filesystem::path(TALLY_SOURCE_DIR) / "cfg/backtests/crossing.yaml");
  Recorder record(config, {});
  const auto mark = [](ProductId) { return Price::whole(1); };
  CHECK_FALSE(record.equity_report());
  Entry entry;
  InvestorLedgerUpdated paid;
  paid.investor = InvestorId("ann");
  paid.amount = Money::whole(5);
  entry.events.push_back({{}, 0, paid});
  record.entry(Symbol("demo"), entry);
  record.sample(Time{1'704'153'600 * ns_per_s}, mark);
  REQUIRE(record.equity_report());
  CHECK(record.no_statistics().empty());
  std::get<InvestorLedgerUpdated>(entry.events[0].body).amount = -Money::whole(5);
  record.entry(Symbol("demo"), entry);
  record.sample(Time{1'704'153'660 * ns_per_s}, mark);
  CHECK_FALSE(record.equity_report());
  CHECK(record.no_statistics() == "equity was not above zero at 2024-01-02T00:01:00Z: a return on nothing has no meaning");
  CHECK(record.equity_curve().points().size() == 2);
}

TEST_CASE("A thinned series keeps extremes, order and its last value in bounded memory") {
  for (const std::size_t count : {1, 2, 1'999, 2'000, 2'001, 50'000}) {
    CAPTURE(count);
    Thinned thinned;
    double low = 1e9, high = -1e9, last = 0;
    for (std::size_t i = 0; i < count; ++i) {
      last = std::sin(static_cast<double>(i) * 0.7) * static_cast<double>(i % 977);
      low = std::min(low, last);
      high = std::max(high, last);
      thinned.add(static_cast<std::int64_t>(i), last);
    }
    const auto& points = thinned.points();
    REQUIRE(points.size() <= Thinned::points_max);
    REQUIRE(points.size() >= std::min<std::size_t>(count, Thinned::points_max / 2));
    double lowest = 1e9, highest = -1e9;
    for (std::size_t i = 0; i < points.size(); ++i) {
      lowest = std::min(lowest, points[i].low);
      highest = std::max(highest, points[i].high);
      if (i > 0) CHECK(points[i - 1].at < points[i].at);
    }
    CHECK(lowest == low);
    CHECK(highest == high);
    CHECK(points.back().last == last);
    CHECK(points.back().at == static_cast<std::int64_t>(count - 1));
  }
}

TEST_CASE("Axes have round numbers, and numbers have commas") {
  CHECK(ticks_of(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(ticks_of(149'000, 188'000, 5) == std::vector<double>{150'000, 160'000, 170'000, 180'000});
  CHECK(ticks_of(-0.011, -0.001, 3).size() <= 4);
  CHECK(ticks_of(1, 1, 5).empty());
  CHECK(grouped(1'234'567.891, 2) == "1,234,567.89");
  CHECK(grouped(-1'234.5, 1) == "-1,234.5");
  CHECK(grouped(999, 0) == "999");
  CHECK(grouped(-999, 0) == "-999");
  CHECK(escaped("a<b & \"c\"") == "a&lt;b &amp; &quot;c&quot;");
  CHECK(html_of(Chart{}).empty());
}
