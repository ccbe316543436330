// Each production of the grammar, by what it makes a rule say.
#include "actors/strategy/expression.hpp"
#include "tests/catch.hpp"
#include "tests/strategy/stage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

// Whether `condition` holds in the last of bars with these closes.
bool holds(const std::string& condition, const std::vector<double>& prices = {1, 2, 4}) {
  StrategyDefinition definition = with_rules(condition);
  definition.indicators = {{"fast", "sma(close, 2)"}, {"bands", "bb(2,1)"}};
  Strategy strategy = started(definition);
  std::vector<AnchorBar> bars = closes(prices);
  const AnchorBar last = bars.back();
  bars.pop_back();
  run(strategy, bars);
  // Whatever was said before: only the last bar is asked.
  StrategyIntent flat;
  flat.role = "main";
  flat.anchor_closed_at = Time{bars.empty() ? midnight : bars.back().closed_at};
  Strategy asked = started(definition);
  asked.record(flat);
  run(asked, bars);
  return !run(asked, std::span(&last, 1)).empty();
}

}  // namespace

TEST_CASE("Numbers, parameters, series and arithmetic mean what they say") {
  CHECK(holds("close == 4"));
  CHECK(holds("close == 4.0 and open == 4 and high == 4 and low == 4 and volume == 1"));
  CHECK(holds("close == $n + 1"));
  CHECK(holds("close * 2 + 1 == 9"));
  CHECK(holds("1 + close * 2 == 9"));
  CHECK(holds("(1 + close) * 2 == 10"));
  CHECK(holds("close - 2 - 1 == 1"));
  CHECK(holds("close / 2 / 2 == 1"));
  CHECK(holds("-close == 0 - 4"));
  CHECK(holds("-close + 5 == 1"));
  CHECK(holds("- -close == 4"));
}

TEST_CASE("Every comparison is exact at its edge") {
  CHECK(holds("close >= 4"));
  CHECK(holds("close <= 4"));
  CHECK_FALSE(holds("close > 4"));
  CHECK_FALSE(holds("close < 4"));
  CHECK_FALSE(holds("close != 4"));
  CHECK(holds("close != 5"));
}

TEST_CASE("and binds tighter than or, not looser than a comparison and tighter than and") {
  CHECK(holds("close == 4 or close == 4 and close == 5"));
  CHECK_FALSE(holds("(close == 4 or close == 4) and close == 5"));
  CHECK(holds("not close == 5"));
  CHECK(holds("not close == 5 and close == 4"));
  CHECK_FALSE(holds("not (close == 5 or close == 4)"));
  CHECK(holds("not not close == 4"));
}

TEST_CASE("Looking back counts bars of the series") {
  CHECK(holds("close[1] == 2"));
  CHECK(holds("close[2] == 1"));
  CHECK(holds("close[0] == close"));
  CHECK(holds("close[$n - 1] == 1"));
  CHECK_FALSE(holds("close[3] >= 0"));  // there is no such bar: not known, not evaluated
  CHECK(holds("fast[1] == 1.5"));
}

TEST_CASE("Indicators by name, by call, with their outputs, of another series than the close") {
  CHECK(holds("fast == 3"));
  CHECK(holds("sma(2) == 3"));
  CHECK(holds("sma(close, 2) == 3"));
  CHECK(holds("sma(volume, 2) == 1"));
  CHECK(holds("ema(high, 1 + 1) > 2"));
  CHECK(holds("bands.middle == 3"));
  CHECK(holds("bands.upper == 4"));
  CHECK(holds("bands.upper[1] == 2"));
  CHECK(holds("bb(2, 1).lower == 2"));
  CHECK(holds("bb(2,1)@1m.lower[1] == 1"));
  CHECK(holds("obv() == 3"));
  CHECK(holds("sma($n) == 7 / 3"));
}

TEST_CASE("Roles before a point, for series, calls and named indicators") {
  StrategyDefinition definition = sample();
  definition.roles = {"main", "leader"};
  definition.indicators = {{"fast", "sma(2)"}, {"bands", "bb(2,1)"}, {"theirs", "leader.sma(2)"}};
  const auto says = [&](const std::string& condition) {
    definition.rules = {{"main", condition, "", "", "", "", "", ""}};
    Strategy strategy = started(definition);
    std::vector<AnchorBar> bars;
    for (std::size_t k = 0; k < 3; ++k) {
      bars.push_back(bar_at(k, 1, 0));
      bars.push_back(bar_at(k, 10.0 * static_cast<double>(k), 1));
    }
    return told(run(strategy, bars));
  };
  CHECK(says("leader.close == 20") == "2:+1");
  CHECK(says("leader.close[1] == 10") == "2:+1");
  CHECK(says("leader.sma(2) == 15") == "2:+1");
  CHECK(says("leader.fast == 15") == "2:+1");
  CHECK(says("theirs == 15") == "2:+1");
  CHECK(says("leader.bands.upper == 20") == "2:+1");
  CHECK(says("fast == 1 and main.close == 1") == "1:+1");
}

TEST_CASE("Functions") {
  CHECK(holds("abs(close - 10) == 6"));
  CHECK(holds("min(close, 3) == 3"));
  CHECK(holds("max(close, 3) == 4"));
  CHECK(holds("crosses_above(close, 3)"));
  CHECK_FALSE(holds("crosses_below(close, 3)"));
  CHECK(holds("crosses_below(3, close)"));
  CHECK(holds("crosses_above(close, 2)"));                      // 2 was not above 2
  CHECK_FALSE(holds("crosses_above(close, 4)"));
  CHECK_FALSE(holds("crosses_above(close, 1)"));                // it was above already
  CHECK_FALSE(holds("crosses_above(close, 3)", {4}));           // nothing before
  CHECK(holds("crosses_above(close * 2, close + 3)"));          // 8 over 7, was 4 under 5
}

TEST_CASE("Advice is its default until it is given, and again when it is taken back") {
  Strategy strategy = started(with_rules("advice(\"mood\", 0) > 0.5", "advice('mood', 0) < -0.5"));
  CHECK(run(strategy, std::vector{bar_at(0, 1)}).empty());
  strategy.advise("other", 1);
  CHECK(run(strategy, std::vector{bar_at(1, 1)}).empty());
  strategy.advise("mood", 0.75);
  const auto said = run(strategy, std::vector{bar_at(2, 1)});
  REQUIRE(told(said) == "2:+1");
  CHECK(said[0].evidence[0].name == "advice(\"mood\", 0)");
  CHECK(said[0].evidence[0].value == "0.75");
  strategy.advise("mood", -1);
  CHECK(told(run(strategy, std::vector{bar_at(3, 1)})) == "3:-1");
  strategy.advise("mood", std::nullopt);
  CHECK(run(strategy, std::vector{bar_at(4, 1)}).empty());
}

TEST_CASE("What is not finite is not known, and a rule that reads it is not evaluated") {
  CHECK_FALSE(holds("close / (close - 4) > 1"));
  CHECK_FALSE(holds("not close / (close - 4) > 1"));
  CHECK_FALSE(holds("1 / (1 / (close - 4)) < 1"));
  CHECK_FALSE(holds("min(close, sma(9)) > 0"));
  CHECK_FALSE(holds("close == 4 or sma(9) > 0"));
}

TEST_CASE("Spaces, line ends and nesting up to the bound do not matter") {
  CHECK(holds("  close\n  ==\t4 "));
  CHECK(holds(std::string(strategy::depth_max - 3, '(') + "close" + std::string(strategy::depth_max - 3, ')') + " == 4"));
  std::string chain = "close == 4";
  for (int i = 0; i < 500; ++i) chain += " and close == 4";
  CHECK(holds(chain));
}
