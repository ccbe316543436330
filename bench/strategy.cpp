// Strategies over the benchmark's year of minutes: bars a second through compiled rules, beside the same two sums in a bare loop
// (bench/indicators.cpp has that of indicators alone).
#include "actors/strategy/compile.hpp"
#include "actors/strategy/strategy.hpp"
#include "bench/year.hpp"

namespace {

using namespace tally;
using bench::bare_crossing;
using bench::count_bars;
using bench::year;

const std::vector<AnchorBar>& feed() {
  static const auto all = [] {
    std::vector<AnchorBar> bars;
    const auto price = [](std::int64_t units) { return static_cast<double>(units) / 1e4; };
    for (const auto& bar : year())
      bars.push_back({(bar.at + 60) * ns_per_s,
                      0,
                      {price(bar.open), price(bar.high), price(bar.low), price(bar.close), static_cast<double>(bar.volume)}});
    return bars;
  }();
  return all;
}

StrategyDefinition definition_of(StrategyRules rules, std::vector<StrategyIndicator> indicators) {
  StrategyDefinition definition;
  definition.strategy = SignalSourceId("bench");
  definition.roles = {"main"};
  definition.anchor = "1m";
  definition.timeframes = {"5m", "1h"};
  definition.indicators = std::move(indicators);
  definition.rules = {std::move(rules)};
  return definition;
}

BENCHMARK(bare_crossing)->Unit(benchmark::kMillisecond);

void run(benchmark::State& state, const StrategyDefinition& definition) {
  const auto program = strategy::compile(definition);
  std::size_t intents = 0;
  for (auto _ : state) {
    Strategy strategy(definition.strategy);
    strategy.adopt(strategy.adoption_of(*program, {{"main", ProductId("X")}}));
    for (std::span<const AnchorBar> rest(feed()); !rest.empty();) {
      rest = rest.subspan(strategy.advance(rest));
      intents += strategy.intents().size();
    }
  }
  state.counters["intents"] = static_cast<double>(intents) / static_cast<double>(state.iterations());
  count_bars(state);
}

void crossing(benchmark::State& state) {
  run(state, definition_of({"main", "crosses_above(fast, slow)", "", "crosses_below(fast, slow)", "", "", "", ""},
                           {{"fast", "sma(close, 10)"}, {"slow", "sma(close, 30)"}}));
}
BENCHMARK(crossing)->Unit(benchmark::kMillisecond);

void rsi(benchmark::State& state) {
  run(state, definition_of({"main", "rsi(14) < 30", "", "rsi(14) > 70", "", "", "", ""}, {}));
}
BENCHMARK(rsi)->Unit(benchmark::kMillisecond);

void pullback(benchmark::State& state) {
  run(state, definition_of({"main", "close > trend and trend > trend[1] and crosses_above(momentum, 30)", "",
                            "momentum > 65 or close < trend", "high - low > 10 * range", "min(0.2, 3 * range / close)", "", ""},
                           {{"trend", "ema(close, 20)@1h"}, {"momentum", "rsi(14)@5m"}, {"range", "atr(14)@5m"}}));
}
BENCHMARK(pullback)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
