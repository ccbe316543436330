// Coarser bars on an anchor: usable once they are final, never before.
#include "tests/catch.hpp"
#include "tests/strategy/stage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

// Minute k closes at k.
std::vector<AnchorBar> counting(std::size_t first, std::size_t count) {
  std::vector<AnchorBar> bars;
  for (std::size_t k = first; k < first + count; ++k) bars.push_back(bar_at(k, static_cast<double>(k)));
  return bars;
}
std::string over_minutes(const StrategyDefinition& definition, const std::vector<AnchorBar>& bars) {
  Strategy strategy = started(definition);
  return told(run(strategy, bars));
}

}  // namespace

TEST_CASE("A coarser bar is there at the anchor bar that closes with it, and not one sooner") {
  // Minutes 0 to 4 are the first five minutes; the bar of minute 4 closes at 00:05.
  CHECK(over_minutes(with_rules("close@5m >= 0"), counting(0, 20)) == "4:+1");
  CHECK(over_minutes(with_rules("close@5m == 4", "", "close@5m == 9"), counting(0, 20)) == "4:+1 9:0");
  CHECK(over_minutes(with_rules("open@5m == 5 and high@5m == 9 and low@5m == 5 and volume@5m == 5"), counting(0, 20)) == "9:+1");
  CHECK(over_minutes(with_rules("close@5m[1] == 4"), counting(0, 20)) == "9:+1");
  CHECK(over_minutes(with_rules("sma(close, 2)@5m == 6.5"), counting(0, 20)) == "9:+1");
  CHECK(over_minutes(with_rules("close@1h >= 0"), counting(0, 130)) == "59:+1");
  CHECK(over_minutes(with_rules("close@1m == 7"), counting(0, 20)) == "7:+1");
}

TEST_CASE("A feed that begins in the middle of a bucket makes a bar of what there is") {
  CHECK(over_minutes(with_rules("open@5m == 3 and volume@5m == 2"), counting(3, 10)) == "4:+1");
}

TEST_CASE("Where the last minutes of a bucket are missing its bar is final with the next anchor bar") {
  std::vector<AnchorBar> bars = counting(0, 4);  // not minute 4
  for (const AnchorBar& bar : counting(6, 2)) bars.push_back(bar);
  CHECK(over_minutes(with_rules("close@5m == 3"), bars) == "6:+1");
}

TEST_CASE("A bucket without bars has no bar") {
  std::vector<AnchorBar> bars = counting(0, 5);
  for (const AnchorBar& bar : counting(15, 5)) bars.push_back(bar);
  CHECK(over_minutes(with_rules("close@5m[1] == 4"), bars) == "19:+1");
}

TEST_CASE("Days are those of the zone") {
  StrategyDefinition definition = with_rules("close@1d >= 0");
  definition.anchor = "1h";
  definition.timeframes = {"1d"};
  definition.zone = "Europe/Oslo";  // in winter a day ends at 23:00 UTC
  std::vector<AnchorBar> bars;
  for (int hour = 1; hour <= 24; ++hour) bars.push_back({midnight + hour * 60 * minute, 0, {1, 1, 1, 1, 1}});
  Strategy strategy = started(definition);
  const auto said = run(strategy, bars);
  REQUIRE(said.size() == 1);
  CHECK(said[0].anchor_closed_at.ns == midnight + 23 * 60 * minute);
  definition.zone = "";
  Strategy utc = started(definition);
  CHECK(run(utc, bars).at(0).anchor_closed_at.ns == midnight + 24 * 60 * minute);
}

TEST_CASE("A moment waits for all roles, and is judged by a later bar where one is missing") {
  StrategyDefinition definition = with_rules("leader.close > close");
  definition.roles = {"main", "leader"};
  const auto says = [&](const std::vector<AnchorBar>& bars) { return over_minutes(definition, bars); };
  CHECK(says({bar_at(0, 1, 0), bar_at(0, 2, 1)}) == "0:+1");
  CHECK(says({bar_at(0, 2, 1), bar_at(0, 1, 0)}) == "0:+1");       // whichever comes first
  CHECK(says({bar_at(0, 2, 1), bar_at(1, 1, 0)}) == "");           // never of one moment
  CHECK(says({bar_at(0, 1, 0), bar_at(1, 2, 1), bar_at(1, 1, 0)}) == "1:+1");
  definition.rules[0].long_when = "close > 0";                     // reads no other role
  CHECK(says({bar_at(0, 1, 0)}) == "");                            // the other's bar may come yet
  CHECK(says({bar_at(0, 1, 0), bar_at(1, 1, 1)}) == "0:+1");
  Strategy strategy = started(definition);
  CHECK(run(strategy, std::vector{bar_at(0, 1, 0)}).empty());
  strategy.end_moment();
  CHECK(told(strategy.intents()) == "0:+1");
}

TEST_CASE("The bar that ends a moment is taken after what the moment says was acted on") {
  StrategyDefinition definition = with_rules("close > 0");
  definition.roles = {"main", "leader"};
  Strategy strategy = started(definition);
  const std::vector bars{bar_at(0, 1, 0), bar_at(1, 1, 0), bar_at(1, 1, 1)};
  CHECK(strategy.advance(bars) == 1);
  CHECK(told(strategy.intents()) == "0:+1");
  CHECK(strategy.advance(std::span(bars).subspan(1)) == 2);
  CHECK(strategy.intents().empty());
}

TEST_CASE("A bar of a role that is not there is refused") {
  Strategy strategy = started(sample());
  CHECK_THROWS_AS(run(strategy, std::vector{bar_at(0, 1, 1)}), std::invalid_argument);
}

TEST_CASE("Every indicator of the library can be used, and every output has its name") {
  for (const auto& kind : indicators::kinds()) {
    const std::string call = indicators::Spec::parse(kind.name).text();
    const auto outputs = strategy::outputs_of(kind.name);
    CAPTURE(call);
    CHECK(indicators::Spec::parse(kind.name).columns().size() == std::max<std::size_t>(1, outputs.size()));
    if (outputs.empty()) CHECK(mistakes_in(with_rules(call + " > 0")) == "");
    for (const auto output : outputs) CHECK(mistakes_in(with_rules(call + '.' + std::string(output) + " > 0")) == "");
  }
}

TEST_CASE("The indicators that read one series are those that closes alone decide") {
  for (const auto& kind : indicators::kinds()) {
    CAPTURE(kind.name);
    const auto spec = indicators::Spec::parse(kind.name);
    const auto plain = spec.make(), other = spec.make();
    bool same = true;
    for (int k = 0; k < 60; ++k) {
      const double close = 100 + (k * 37) % 11;
      plain->update({close, close + 1, close - 1, close, 5});
      other->update({close + 3, close + 4.0 + k % 3, close - 5, close, 7.0 + k % 5});
      same = same && std::equal(plain->values().begin(), plain->values().end(), other->values().begin(), other->values().end());
    }
    CHECK(same == strategy::reads_one_series(kind.name));
  }
}
