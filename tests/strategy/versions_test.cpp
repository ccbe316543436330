// Hot reload: a new version at a boundary between bars, and what may not follow what.
#include "tests/catch.hpp"
#include "tests/strategy/stage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

StrategyVersionAdopted version_of(const Strategy& strategy, const StrategyDefinition& definition) {
  return strategy.adoption_of(*strategy::compile(definition), bound(definition));
}

}  // namespace

TEST_CASE("A new version judges from the next bar on, keeps the direction, and tags its intents") {
  Strategy strategy = started(with_rules("close > 10", "", "close < 5"));
  CHECK(told(run(strategy, std::vector{bar_at(0, 11)})) == "0:+1");
  const StrategyVersionAdopted second = version_of(strategy, with_rules("close > 10", "", "close < 9"));
  CHECK(second.version == 2);
  CHECK(second.after.ns == midnight + minute);
  strategy.adopt(second);
  CHECK(strategy.direction(0).value == 1);
  const auto said = run(strategy, std::vector{bar_at(1, 11), bar_at(2, 8)});
  REQUIRE(told(said) == "2:0");
  CHECK(said[0].version == 2);
  strategy.adopt(second);  // again: nothing
  CHECK(strategy.version() == 2);
}

TEST_CASE("A new version begins with the bars it is given, silently") {
  const std::vector<AnchorBar> bars = closes({1, 2, 3, 4, 5, 6});
  const StrategyDefinition next = with_rules("sma(5) > 0");
  const auto first_word = [&](std::size_t warm_up) {
    Strategy strategy = started(with_rules("close > 100"));
    run(strategy, std::span(bars).first(4));
    strategy.adopt(version_of(strategy, next), std::span(bars).first(warm_up));
    return told(run(strategy, std::span(bars).subspan(4)));
  };
  CHECK(first_word(0) == "");
  CHECK(first_word(4) == "4:+1");
  CHECK(first_word(6) == "4:+1");  // bars that closed after the boundary are none of its past
}

TEST_CASE("Bars from before the boundary are late for the new version") {
  Strategy strategy = started(with_rules("close > 10"));
  run(strategy, std::vector{bar_at(3, 1)});
  strategy.adopt(version_of(strategy, with_rules("close > 20")));
  CHECK(run(strategy, std::vector{bar_at(2, 30), bar_at(3, 30)}).empty());
  CHECK(strategy.counts().late_bars == 2);
  CHECK(told(run(strategy, std::vector{bar_at(4, 30)})) == "4:+1");
}

TEST_CASE("What drops a role that is not flat, or binds it elsewhere, is not adopted") {
  StrategyDefinition two = sample();
  two.roles = {"main", "other"};
  two.rules.push_back({"other", "close > 100", "", "", "", "", "", ""});
  Strategy strategy = started(two);
  const auto program = strategy::compile(sample());
  CHECK_FALSE(strategy.objection_to(*program, bound(sample())));
  run(strategy, std::vector{bar_at(0, 1, 0), bar_at(0, 200, 1)});
  CHECK(strategy.direction(1).value == 1);
  CHECK(strategy.objection_to(*program, bound(sample())) == "role 'other' is not flat, and the new version has no rules for it");
  CHECK_THROWS_AS(strategy.adoption_of(*program, bound(sample())), std::invalid_argument);
  auto elsewhere = bound(two);
  elsewhere[1].product = ProductId("X");
  CHECK(strategy.objection_to(*strategy::compile(two), elsewhere) == "role 'other' is not flat, and the new version binds it to another product");
  CHECK(strategy.objection_to(*strategy::compile(two), {}) == "role 'main' is bound to no product");
  StrategyDefinition renamed = two;
  renamed.strategy = SignalSourceId("else");
  CHECK(strategy.objection_to(*strategy::compile(renamed), bound(two)) == "the strategy is sample, not else");
}

TEST_CASE("Openings that were counted count on under the new version") {
  StrategyDefinition definition = with_rules("close > 10", "", "close < 5");
  definition.rate_limit = {2, 60 * minute};
  Strategy strategy = started(definition);
  CHECK(told(run(strategy, closes({11, 1, 11, 1}))) == "0:+1 1:0 2:+1 3:0");
  definition.rules[0].exit_when = "close < 6";
  strategy.adopt(version_of(strategy, definition));
  CHECK(run(strategy, std::vector{bar_at(4, 11)}).empty());
  CHECK(strategy.counts().withheld_rate_limit == 1);
}
