// Every mistake of a configuration is named with its place.
#include "tests/backtest/stage.hpp"

using namespace tally;
using namespace tally::backtest;

namespace {

std::string refusal(const Place& place) {
  try {
    place.config();
  } catch (const ProfileError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("The example reads as it stands there") {
  const Config config = read_config(source_directory / "cfg/backtests/crossing.yaml");
  CHECK(config.name == "crossing");
  CHECK(config.seed == 7);
  CHECK(config.profile.venue.seed == 7);
  REQUIRE(config.strategies.size() == 2);
  CHECK(config.strategies[1].source() == SignalSourceId("crossing-spy"));
  CHECK(config.strategies[0].program->definition.parameters[0].value == ParameterValue::whole(45));
  CHECK(config.bars[1].count == 43'200);
  CHECK(config.subscriptions[2].terms.risk_fraction == Ratio::parse("0.003"));
  CHECK(config.equity_every_ns == 900 * ns_per_s);
  CHECK(config.statistics.periods_per_year == 365);
}

TEST_CASE("Every mistake of a backtest's configuration is told with line and column") {
  struct Row {
    const char* what;
    const char* was;
    const char* is;
    const char* message;
  };
  const std::vector<Row> rows = {
      {"a key that is not known", "equityEvery: 15m", "equityEvry: 15m", "crossing.yaml:66:1: equityEvry is not a known key"},
      {"a key there twice", "timeframe: 1m  ", "seed: 7\ntimeframe: 1m", ": seed stands there twice"},
      {"a missing key", "timeframe: 1m  ", "", "timeframe is missing"},
      {"no profile", "profile: account.yaml ", "profile: nothing.yaml ", "nothing.yaml: cannot be read"},
      {"no mode", "mode: full  ", "mode: most  ", ":9:7: mode: must be full or matches-only"},
      {"no timeframe", "timeframe: 1m  ", "timeframe: 1x  ", ":8:12: timeframe: "},
      {"no time", "mode: full  ", "from: yesterday\nmode: full  ", ":9:7: from: "},
      {"a range that ends before it begins", "mode: full  ", "from: 2024-01-03\nuntil: 2024-01-02\nmode: full  ",
       ":10:8: until: must be later than from"},
      {"no strategy file", "- file: ../strategies/crossing.yaml\n    bind", "- file: ../strategies/none.yaml\n    bind",
       "none.yaml:1:1: "},
      {"a role that the universe lacks", "{main: BTC-USD}", "{main: BTC-USD, more: SPY}",
       "strategies[0].bind.more: the universe of"},
      {"a role that is bound to nothing", "bind: {main: BTC-USD}", "bind: {}", "strategies[0].bind: role 'main'"},
      {"a product without bars", "{main: BTC-USD}", "{main: EUR-USD}",
       "strategies[0].bind.main: there are no bars of 'EUR-USD'"},
      {"no such parameter", "{fast: 45,", "{quick: 45,", "crossing.yaml:"},
      {"a parameter out of its bounds", "{fast: 45,", "{fast: 4500,", "is outside 2 to 500"},
      {"a parameter that is no decimal", "{fast: 45,", "{fast: many,", "strategies[0].parameters.fast: "},
      {"two that are called the same",
       "name: crossing-spy            # the same rules again, under another name\n    bind: {main: SPY}",
       "bind: {main: BTC-USD}", "'crossing' speaks of 'BTC-USD' already"},
      {"a product that the profile lacks", "- product: SPY\n    generate", "- product: DAX\n    generate",
       "bars[1].product: the profile defines no product 'DAX'"},
      {"neither file nor generate", "- product: SPY\n    generate: {count: 43200}", "- product: SPY",
       "bars[1].product: 'SPY' needs either"},
      {"no bar", "generate: {count: 43200}      #", "generate: {count: 0}      #", "bars[0].generate.count: must be from 1"},
      {"an investor there twice", "investor: bob, deposit", "investor: ann, deposit",
       "investors[1].investor: stands there twice"},
      {"a deposit below a cent", "deposit: 50000}", "deposit: 50000.001}", "investors[1].deposit: must be whole units of 0.01"},
      {"an investor whom nobody knows", "investor: bob\n", "investor: eve\n",
       "subscriptions[2].investor: there is no investor 'eve'"},
      {"more capital than was paid in", "capital: 50000", "capital: 50000.01",
       "subscriptions[2].capital: is more than is left"},
      {"a strategy that nobody runs", "source: crossing-spy", "source: crossing-dax",
       "subscriptions[1].source: no strategy 'crossing-dax'"},
      {"terms that are incomplete", "    stopRequired: true\n    active: true\n\nequity", "    stopRequired: true\n\nequity",
       "subscriptions[2].active is missing"},
      {"no zone", "zone: Europe/Oslo", "zone: Europe/Atlantis", ":67:20: statistics.zone: "},
      {"too fine an interval", "equityEvery: 15m", "equityEvery: 15s", ":66:14: equityEvery: must be at least the timeframe"},
      {"a sweep without a step", "equityEvery: 15m", "equityEvery: 15m\nsweep: {fast: 5:10}",
       ":67:15: sweep.fast: 'fast=5:10' has no LOW:HIGH:STEP"},
      {"a statistic that there is not", "equityEvery: 15m",
       "equityEvery: 15m\nwalkForward: {train: 10d, test: 2d, statistic: luck}",
       "walkForward.statistic: 'luck' is no statistic; there are "},
      {"a window without unit", "equityEvery: 15m", "equityEvery: 15m\nwalkForward: {train: 10, test: 2d, statistic: sharpe}",
       "walkForward.train: '10' is no length"},
      {"a name that is a path", "backtest: crossing", "backtest: ../crossing", ":6:11: backtest: "},
      {"a run id that is a path", "mode: full  ", "runId: ../x\nmode: full  ", ":9:8: runId: must be 1 to 63"},
      {"no mapping", "investors:\n  - {investor: ann, deposit: 100000}\n", "investors:\n  - ann\n",
       "investors[0] must be a mapping"},
  };
  for (const Row& row : rows) {
    const Place place;
    CAPTURE(row.what);
    place.change("cfg/backtests/crossing.yaml", row.was, row.is);
    const std::string message = refusal(place);
    CAPTURE(message);
    CHECK(message.find(row.message) != std::string::npos);
    CHECK(message.find(".yaml:") != std::string::npos);
  }
}

TEST_CASE("A strategy file's own mistakes are told with their own places") {
  const Place place;
  place.change("cfg/strategies/crossing.yaml", "crosses_above(fast, slow)", "crosses_above(fsat, slow)");
  CHECK(refusal(place).find("crossing.yaml:19:25: 'fsat' is not known; did you mean 'fast'?") != std::string::npos);
}

TEST_CASE("Ranges of parameters hold both ends, exactly") {
  const SweepAxis axis = axis_of("crossing.stop=0.1:0.3:0.1");
  CHECK(axis.strategy == "crossing");
  CHECK(axis.parameter == "stop");
  REQUIRE(axis.values.size() == 3);
  CHECK(axis.values[2] == ParameterValue::parse("0.3"));
  CHECK(axis_of("fast=5:12:5").values.size() == 2);
  for (const char* wrong :
       {"fast", "=1:2:1", "fast=1:2", "fast=2:1:1", "fast=1:2:0", "fast=1:2:-1", "fast=a:b:c", "fast=0:1:0.00001"})
    CHECK_THROWS_AS(axis_of(wrong), std::invalid_argument);
  CHECK(window_of("90d") == 90 * ns_per_day);
  for (const char* wrong : {"", "d", "0d", "1w", "-1d", "1.5h", "99999999d"})
    CHECK_THROWS_AS(window_of(wrong), std::invalid_argument);
}
