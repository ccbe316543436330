// Recorded universe files: greeks of options, and futures that roll.
#include "app/chains/option_chain_files.hpp"

#include "actors/instrument_resolver/future_resolver.hpp"
#include "actors/instrument_resolver/option_resolver.hpp"
#include "app/chains/future_chain_file.hpp"
#include "app/chains/holiday_file.hpp"
#include "app/csv_file.hpp"
#include "tests/recorded_bars/program.hpp"

using namespace tally;
using namespace tally::instruments;

namespace {

OptionChain universe(const std::string& name, const std::string& underlying, const char* day) {
  const std::filesystem::path stem = recorded / "options" / name / name;
  OptionChainFiles files;
  files.chain = stem.string() + "_universe.csv.gz";
  files.underlying = stem.string() + "_underlying.csv";
  const Zone zone("America/New_York");
  return read_universe_chain(files, underlying, {zone.start_of(day_of(day))}, zone);
}

OptionRule by_delta(const char* delta, Right right) {
  OptionRule rule;
  rule.right = right;
  rule.choice = ByDelta{Ratio::parse(delta), {}};
  rule.ties = Ties::reject;
  rule.liquidity.two_sided = false;
  return rule;
}

}  // namespace

TEST_CASE("By delta the nearest known one of the recorded chain is chosen, and no other is nearer") {
  if (recordings_are_missing("options/TWX_2014-06")) return;
  const OptionChain chain = universe("TWX_2014-06", "TWX", "2014-06-05");
  REQUIRE(chain.rows.size() == 184);
  CHECK(chain.underlying_price == Price::parse("71.22"));
  std::size_t resolved = 0;
  for (const Right right : {Right::call, Right::put})
    for (const char* const expiry : {"min-days:30", "min-days:100", "min-days:300"}) {
      OptionRule rule = by_delta("0.30", right);
      rule.expiry = expiry_rule_of(expiry);
      const OptionResolution resolution = resolve(chain, rule);
      if (!resolution.chosen) continue;
      ++resolved;
      const Ratio asked = Ratio::parse("0.30"), distance = abs(abs(*resolution.chosen->row.greeks.delta) - asked);
      for (const Considered& item : resolution.evidence.considered)
        if (item.row.greeks.delta) CHECK(distance <= abs(abs(*item.row.greeks.delta) - asked));
    }
  CHECK(resolved >= 4);
}

TEST_CASE("Where every contract has a delta, all of them may be asked for") {
  if (recordings_are_missing("options/SPY_2023-12_2024-01")) return;
  const OptionChain chain = universe("SPY_2023-12_2024-01", "SPY", "2024-01-02");
  OptionRule rule = by_delta("0.9985", Right::call);
  rule.expiry = expiry_rule_of("min-days:2");
  rule.completeness.greeks_min = Ratio::whole(1);
  const OptionResolution resolution = resolve(chain, rule);
  REQUIRE(resolution.chosen);
  CHECK(name_of(chain, resolution.chosen->row) == "SPY-2024-01-04-C-410");
}

TEST_CASE("Greeks beside an implied volatility of zero are no greeks") {
  if (recordings_are_missing("options/AAPL_2014-06")) return;
  const OptionChain chain = universe("AAPL_2014-06", "AAPL", "2014-06-06");  // the day of the split: nothing but zeros
  REQUIRE(chain.rows.size() > 1'000);
  const OptionResolution resolution = resolve(chain, by_delta("0.5", Right::call));
  CHECK(resolution.rejected == Rejected::greeks_missing);
  OptionRule liquid = by_delta("0.5", Right::call);
  liquid.choice = ByRank{};
  liquid.liquidity.open_interest_min = Quantity::whole(1);
  CHECK(resolve(chain, liquid).rejected == Rejected::open_interest_too_low);
}

TEST_CASE("The recorded ES chain rolls by days, by volume and by open interest") {
  if (recordings_are_missing("futures_chain/ES_2013")) return;
  const auto chosen = [&](const char* day, const char* roll) {
    const FutureChain chain = read_future_chain(recorded / "futures_chain/ES_2013/ES_2013_universe.csv.gz", "ES", day_of(day));
    FutureRule rule;
    read_roll(roll, rule);
    const FutureResolution resolution = resolve(chain, rule);
    return resolution.chosen ? name_of(chain, resolution.chosen->row) : std::string(id_of(*resolution.rejected));
  };
  for (const char* const roll : {"days:5", "volume", "open-interest"}) CHECK(chosen("2013-10-07", roll) == "ES-2013-12-20");
  CHECK(chosen("2013-12-17", "days:2") == "ES-2013-12-20");
  CHECK(chosen("2013-12-17", "days:3") == "ES-2014-03-21");
  CHECK(chosen("2013-12-17", "volume") == "ES-2014-03-21");
  CHECK(chosen("2013-12-17", "open-interest") == "ES-2014-03-21");
  CHECK(chosen("2013-12-26", "days:0") == "ES-2014-03-21");
  CHECK(chosen("2013-10-05", "days:0") == "CHAIN_INCOMPLETE");  // a Saturday: the file has no such day
}

TEST_CASE("Recorded holidays move the monthly expiry from Good Friday to Thursday") {
  if (recordings_are_missing("reference")) return;
  const Holidays holidays = read_holidays(recorded / "reference/market_holidays.csv", "Equity-usa-[*]");
  CHECK(holidays.contains(day_of("2014-07-04")));
  CHECK_FALSE(holidays.contains(day_of("2014-07-03")));  // an early close is a trading day
  CHECK(is_monthly(day_of("2008-03-20"), holidays));
  CHECK_FALSE(is_monthly(day_of("2008-03-21"), holidays));
  CHECK_THROWS_AS(read_holidays(recorded / "reference/market_holidays.csv", "Moon"), InputError);
}
