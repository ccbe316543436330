// The benchmark's rules as strategies over its 525,600 bars: the fills, and what they gain, are known to the last unit. Eight of its
// crossings are ties of the two averages, which rounded sums would decide otherwise.
#include "bench/bars.hpp"
#include "tests/catch.hpp"
#include "tests/strategy/stage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

const std::vector<bench::Bar>& year() {
  static const auto all = bench::generate_bars(0, 525'600);
  return all;
}
const std::vector<AnchorBar>& year_in_doubles() {
  static const auto all = [] {
    std::vector<AnchorBar> bars;
    const auto price = [](std::int64_t units) { return static_cast<double>(units) / 1e4; };
    for (const auto& bar : year())
      bars.push_back({(bar.at + 60) * ns_per_s, 0, {price(bar.open), price(bar.high), price(bar.low), price(bar.close), static_cast<double>(bar.volume)}});
    return bars;
  }();
  return all;
}

// What is decided at a close is filled at the next open, one piece, long or flat.
struct Filled {
  int fills = 0;
  std::int64_t gross = 0;     // 1e-4
  std::int64_t turnover = 0;
};
Filled filled(const std::vector<StrategyIntent>& intents) {
  Filled sum;
  std::int64_t bought_at = 0;
  for (const StrategyIntent& intent : intents) {
    const auto next = static_cast<std::size_t>((intent.anchor_closed_at.ns / ns_per_s - year().front().at) / 60);
    if (next == year().size()) break;
    const std::int64_t price = year()[next].open;
    ++sum.fills;
    sum.turnover += price;
    if (intent.direction.value == 1) bought_at = price;
    else sum.gross += price - bought_at;
  }
  return sum;
}

Filled traded(const StrategyDefinition& definition) {
  Strategy strategy = started(definition);
  return filled(run(strategy, year_in_doubles(), 4'096));
}

}  // namespace

TEST_CASE("The crossing of two averages makes the fills that exact integers make") {
  StrategyDefinition definition = with_rules("crosses_above(fast, slow)", "", "crosses_below(fast, slow)");
  definition.indicators = {{"fast", "sma(close, 10)"}, {"slow", "sma(close, 30)"}};
  const Filled sum = traded(definition);
  CHECK(sum.fills == 20'250);
  CHECK(sum.gross == 216'180);              // 21.6180
  CHECK(sum.turnover * 2 / 100 == 405'229'701);  // 1e-6: fees at 2 bp
}

TEST_CASE("RSI below and above its bounds makes the fills that the benchmark's loop makes") {
  const Filled sum = traded(with_rules("rsi(14) < 30", "", "rsi(14) > 70"));
  CHECK(sum.fills == 3'589);
  CHECK(sum.gross == -192'127);
}
