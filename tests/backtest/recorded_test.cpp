// Recorded bars through the whole pipeline, where they are.
#include "actors/host/deterministic/verify.hpp"
#include "actors/programs.hpp"
#include "actors/strategy/intent.hpp"
#include "app/strategies/anchor_feed.hpp"
#include "app/views/statement.hpp"
#include "tests/backtest/stage.hpp"
#include "tests/recorded_bars/program.hpp"

using namespace tally;
using namespace tally::backtest;

namespace {

// The example over two recorded markets.
Config over_recordings(const Place& place) {
  const char* example = "cfg/backtests/crossing.yaml";
  place.change(example, "generate: {count: 43200}      # thirty days",
               "file: " + (recorded / "bars_1m/crypto/BTCUSD_coinbase_trade.csv.gz").string());
  place.change(example, "  - product: SPY\n    generate: {count: 43200}",
               "  - product: SPY\n    file: " + (recorded / "bars_1m/equity_us/SPY_ninjatrader_2011-01_trade.csv.gz").string() +
                   "\n    stamp: end");
  return place.config(example);
}

}  // namespace

TEST_CASE("Over recorded bars every decision comes out again, nothing is lost, and chunks change nothing") {
  if (recordings_are_missing("bars_1m")) return;
  const Place place;
  const Config config = over_recordings(place);
  Kept kept(config), cut(config);
  kept.over(config);
  cut.over(config, 13);
  REQUIRE(kept.run.record().happened().fills > 20);
  const Symbol account("demo"), venue("venue/paper");
  for (const Symbol shard : {account, venue, strategies_shard()}) CHECK(cut.bytes(shard) == kept.bytes(shard));
  CHECK(verify_replay(account_program(), kept.journal, account, kept.journal.end(account)).equal());
  CHECK(verify_replay(venue_program(), kept.journal, venue, kept.journal.end(venue)).equal());
  CHECK(account_statement(kept.journal, account, venue).conservation.holds);
}

TEST_CASE("Over recorded bars a backtest says exactly the intents of the strategy alone") {
  if (recordings_are_missing("bars_1m")) return;
  const Place place;
  const Config config = over_recordings(place);
  Kept kept(config);
  kept.over(config);
  const StrategyChoice& choice = config.strategies.front();
  AnchorFeed feed(choice.program->anchor_ns);
  feed.add_file(0, config.bars.front().file, {});
  Strategy alone(choice.source(), "test");
  alone.adopt(alone.adoption_of(*choice.program, choice.bind));
  std::vector<std::string> expected, found;
  const auto text = [](const StrategyIntent& intent) {
    std::string all(strategy::signal_key_of(intent).text());
    for (const StrategyReading& reading : intent.evidence) all += ' ' + reading.name + '=' + reading.value;
    return all;
  };
  std::vector<AnchorBar> bars;
  for (feed.next(bars, 500); !bars.empty(); feed.next(bars, 500))
    for (std::span<const AnchorBar> rest(bars); !rest.empty();) {
      rest = rest.subspan(alone.advance(rest));
      for (const StrategyIntent& intent : alone.intents()) expected.push_back(text(intent));
    }
  for (const StrategyIntent& intent : kept.all<StrategyIntent>(strategies_shard()))
    if (intent.strategy == choice.source()) found.push_back(text(intent));
  REQUIRE(expected.size() > 10);
  CHECK(found == expected);
}
