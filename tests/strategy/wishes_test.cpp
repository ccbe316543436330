// From rules to directions: what wins, what is withheld, what an intent carries.
#include "actors/strategy/intent.hpp"
#include "tests/catch.hpp"
#include "tests/strategy/stage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

StrategySwitched switched(const Strategy& strategy, bool running) {
  return strategy.switching_of(IdempotencyKey("k"), OperatorId("ada"), running);
}

std::vector<StrategyIntent> then(Strategy& strategy, std::size_t k, double close) { return run(strategy, std::vector{bar_at(k, close)}); }

}  // namespace

TEST_CASE("An intent is said when the direction changes, and not again") {
  CHECK(over(with_rules("close > 10", "close < 5"), {7, 11, 12, 8, 4, 4, 11}) == "1:+1 4:-1 6:+1");
}

TEST_CASE("exit leaves either side and gives way to an entry; flat gives way to nothing") {
  StrategyDefinition definition = with_rules("close > 10", "close < 5", "open != 7");
  CHECK(over(definition, {11, 7, 8}) == "0:+1 2:0");     // held at 7, left at 8
  CHECK(over(definition, {4, 7, 8}) == "0:-1 2:0");
  CHECK(over(definition, {11, 4}) == "0:+1 1:-1");       // exit holds, too, and the entry wins
  definition.rules[0].flat_when = "close > 20 or close < 2";
  CHECK(over(definition, {11, 21, 11, 1, 1}) == "0:+1 1:0 2:+1 3:0");
}

TEST_CASE("Where long and short hold at once neither counts") {
  CHECK(over(with_rules("close > 10", "close > 20"), {21, 11, 21, 9}) == "1:+1");
  CHECK(over(with_rules("close > 10", "close > 20", "close > 20"), {11, 21}) == "0:+1 1:0");
}

TEST_CASE("Until every rule of a role is known it says nothing") {
  CHECK(over(with_rules("close > 10", "", "sma(4) < 0"), {11, 11, 11, 11}) == "3:+1");
}

TEST_CASE("Two means that are equal in decimals are equal, and no crossing") {
  // In doubles 0.1 + 0.2 + 0.3 over three is not 0.2.
  CHECK(over(with_rules("sma(3) == 0.2"), {0.1, 0.2, 0.3}) == "2:+1");
  CHECK(over(with_rules("crosses_above(sma(3), sma(2))"), {0.3, 0.3, 0.3, 0.3, 0.1, 0.2}) == "4:+1");
}

TEST_CASE("A crossing of a coarser timeframe happens in one anchor bar, the one with which the coarser bar is final") {
  StrategyDefinition definition = with_rules("crosses_above(close@5m, 10)", "", "close > 0");
  std::vector<double> prices(20, 5);
  for (std::size_t k = 5; k < 20; ++k) prices[k] = 11;
  CHECK(over(definition, prices) == "9:+1 10:0");
}

TEST_CASE("An intent carries what it was decided from") {
  StrategyDefinition definition = with_rules("crosses_above(fast, close[1] + 1) and $n == 3");
  definition.indicators = {{"fast", "sma(close, 2)"}};
  definition.rules[0].stop_loss_ratio = "1 / 3";
  definition.rules[0].size_hint = "close / 4";
  definition.rules[0].confidence = "0.25";
  Strategy strategy(definition.strategy, "run-7");
  strategy.adopt(strategy.adoption_of(*strategy::compile(definition), bound(definition)));
  const auto said = run(strategy, closes({1, 1, 1, 7}));
  REQUIRE(told(said) == "3:+1");
  const StrategyIntent& intent = said[0];
  CHECK(intent.strategy.text() == "sample");
  CHECK(intent.version == 1);
  CHECK(intent.params_hash == strategy::params_hash_of(definition));
  CHECK(intent.role == "main");
  CHECK(intent.product.text() == "P-main");
  CHECK(intent.anchor_closed_at.ns == midnight + 4 * minute);
  CHECK(intent.rule == "long");
  CHECK(intent.stop_loss_ratio->text() == "0.333333333");
  CHECK(intent.size_hint->text() == "1.75");
  CHECK(intent.confidence->text() == "0.25");
  CHECK(intent.run_id == "run-7");
  CHECK_FALSE(intent.tape);
  std::string evidence;
  for (const StrategyReading& reading : intent.evidence) evidence += reading.name + '=' + reading.value + ' ';
  CHECK(evidence == "fast=4 close[1]=1 fast before=1 close[1] + 1 before=2 ");
}

TEST_CASE("A stop that is not within bounds withholds the opening; hints out of bounds are left out") {
  StrategyDefinition definition = with_rules("close > 1", "close < -1");
  definition.rules[0].stop_loss_ratio = "close - 2";
  definition.rules[0].size_hint = "open - 3";
  definition.rules[0].confidence = "close - 1.5";
  Strategy strategy = started(definition);
  CHECK(run(strategy, closes({2, 3.5})).empty());   // 0 and 1.5
  CHECK(strategy.counts().withheld_stop == 2);
  const auto said = then(strategy, 2, 3);
  REQUIRE(told(said) == "2:+1");
  CHECK(said[0].stop_loss_ratio->text() == "1");
  CHECK_FALSE(said[0].size_hint);
  CHECK_FALSE(said[0].confidence);
  const auto left = then(strategy, 3, -5);          // a reversal of which only the closing half can be said
  REQUIRE(told(left) == "3:0");
  CHECK(left[0].rule == "short");
  CHECK_FALSE(left[0].stop_loss_ratio);
}

TEST_CASE("Ratios are rounded once, to the nearest 1e-9, halves to even") {
  CHECK(strategy::stop_loss_ratio_of(0.02)->units() == 20'000'000);
  CHECK(strategy::stop_loss_ratio_of(1.5e-9)->units() == 2);
  CHECK(strategy::stop_loss_ratio_of(2.5e-9)->units() == 2);
  CHECK_FALSE(strategy::stop_loss_ratio_of(0.4e-9));
  CHECK(strategy::stop_loss_ratio_of(1.0000000001)->units() == 1'000'000'000);
  CHECK_FALSE(strategy::stop_loss_ratio_of(1.000000001));
  CHECK_FALSE(strategy::stop_loss_ratio_of(-0.1));
  CHECK(strategy::confidence_of(0)->units() == 0);
  CHECK_FALSE(strategy::confidence_of(1.1));
  CHECK_FALSE(strategy::size_hint_of(0));
  CHECK_FALSE(strategy::size_hint_of(1e300));
}

TEST_CASE("Switched off, a strategy opens nothing from the very next bar on, and still leaves what it wanted") {
  Strategy strategy = started(with_rules("close > 10", "close < 5", "close == 8"));
  CHECK(told(then(strategy, 0, 11)) == "0:+1");
  const StrategySwitched off = switched(strategy, false);
  CHECK(off.after.ns == midnight + minute);
  strategy.record(off);
  const auto left = then(strategy, 1, 4);
  CHECK(told(left) == "1:0");                      // of the reversal the closing half
  CHECK(then(strategy, 2, 11).empty());
  CHECK(strategy.counts().withheld_switched_off == 2);
  strategy.record(switched(strategy, true));
  CHECK(told(then(strategy, 3, 11)) == "3:+1");
  strategy.record(switched(strategy, false));
  CHECK(told(then(strategy, 4, 8)) == "4:0");
}

TEST_CASE("The rate limit counts openings in a window, and never holds up direction 0") {
  StrategyDefinition definition = with_rules("close > 10", "close < 5", "close == 8");
  definition.rate_limit = {2, 5 * minute};
  Strategy strategy = started(definition);
  CHECK(told(run(strategy, closes({11, 4, 11, 8, 11, 11, 11, 8, 11}))) == "0:+1 1:-1 2:0 5:+1 7:0 8:+1");
  CHECK(strategy.counts().withheld_rate_limit == 2);
}

TEST_CASE("A signal is made of the intent alone, and one intent makes one key") {
  StrategyIntent intent;
  intent.strategy = SignalSourceId("cross");
  intent.version = 3;
  intent.params_hash = ParamsHash("0123456789abcdef");
  intent.product = ProductId("BTC-USD");
  intent.anchor_closed_at = Time{midnight};
  intent.direction = Direction{1};
  intent.stop_loss_ratio = Ratio::parse("0.02");
  const SendSignal signal = strategy::signal_of(intent);
  CHECK(signal.key.text() == "v3-0905647b090e5d31-1704067200000000000");
  CHECK(signal.source == intent.strategy);
  CHECK(signal.product == intent.product);
  CHECK(signal.direction == intent.direction);
  CHECK(signal.stop_loss_ratio == intent.stop_loss_ratio);
  const auto differs = [&](auto change) {
    StrategyIntent other = intent;
    change(other);
    return !(strategy::signal_key_of(other) == signal.key);
  };
  CHECK(differs([](auto& i) { i.version = 4; }));
  CHECK(differs([](auto& i) { i.params_hash = ParamsHash("0123456789abcdee"); }));
  CHECK(differs([](auto& i) { i.strategy = SignalSourceId("crosses"); }));
  CHECK(differs([](auto& i) { i.product = ProductId("ETH-USD"); }));
  CHECK(differs([](auto& i) { i.anchor_closed_at = Time{midnight + 1}; }));
  CHECK_FALSE(differs([](auto& i) { i.run_id = "x", i.evidence = {{"a", "1"}}; }));
}
