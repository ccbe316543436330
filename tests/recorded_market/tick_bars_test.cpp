// Recorded ticks against recorded minutes of the same market: equal, but for the differences that are named here.
#include <boost/json.hpp>
#include <map>

#include "app/written_decimal.hpp"
#include "tests/recorded_bars/program.hpp"

using namespace tally;

namespace {

// Minute "2013-10-07T13:30" -> open, high, low, close and perhaps volume, as exact numbers.
using Minutes = std::map<std::string, std::vector<Money>>;

Minutes minutes_of(const Csv& csv, const char* stamp, const std::vector<std::string>& columns, const std::string& from,
                   const std::string& to) {
  Minutes minutes;
  for (const auto& row : csv.rows) {
    const std::string& at = row[csv.column(stamp)];
    if (at < from || at >= to) continue;
    std::vector<Money>& values = minutes[at.substr(0, 16)];
    for (const std::string& column : columns) values.push_back(Money::parse(row[csv.column(column)]));
  }
  return minutes;
}

const std::vector<std::string> prices = {"open", "high", "low", "close"};
const std::vector<std::string> prices_and_volume = {"open", "high", "low", "close", "volume"};

Csv bars_of(const Workplace& here, const std::string& ticks, const std::string& more) {
  const Ended ended =
      here.tally("bars --ticks " + (recorded / ticks).string() + " --to 1m " + more + " --out " + here.path("bars.csv").string());
  CAPTURE(ended.err);
  REQUIRE(ended.code == 0);
  REQUIRE(ended.err.empty());
  return Csv::read(here.path("bars.csv"));
}

std::vector<std::string> prefixed(const std::string& side) {
  std::vector<std::string> names;
  for (const std::string& name : prices) names.push_back(side + "_" + name);
  return names;
}

}  // namespace

TEST_CASE("Minutes of EURUSD quotes equal all 2742 recorded ones, bid and ask") {
  if (recordings_are_missing("ticks/forex")) return;
  const Csv bars = Csv::read(recorded / "bars_1m/forex/EURUSD_oanda_quote.csv.gz");
  for (const std::string side : {"bid", "ask"}) {
    CAPTURE(side);
    Workplace here;
    const Csv made = bars_of(here, "ticks/forex/EURUSD_oanda_quotes_20140501_20140504.csv.gz", "--side " + side);
    const Minutes mine = minutes_of(made, "bucket_start_utc", prices, "2014", "2015");
    const Minutes theirs = minutes_of(bars, "ts_utc", prefixed(side), "2014-05-01", "2014-05-05");
    CHECK(mine.size() == 2'742);
    CHECK(mine == theirs);
  }
}

TEST_CASE("Minutes of IBM quotes equal all 553 recorded ones where a bar opens with the quote that stands") {
  if (recordings_are_missing("ticks/equity_us")) return;
  const Csv bars = Csv::read(recorded / "bars_1m/equity_us/IBM_quote_2013-10-04_2013-10-11.csv.gz");
  for (const std::string side : {"bid", "ask"}) {
    CAPTURE(side);
    Workplace here;
    const Csv made = bars_of(here, "ticks/equity_us/IBM_quotes_2013-10-07.csv.gz", "--open standing --side " + side);
    Minutes mine = minutes_of(made, "bucket_start_utc", prices, "2013", "2014");
    CHECK(mine.erase("2013-10-08T00:00") == 1);  // the ticks end with the first of a minute that the bars do not have
    const Minutes theirs = minutes_of(bars, "ts_utc", prefixed(side), "2013-10-07", "2013-10-08");
    CHECK(mine.size() == 553);
    CHECK(mine == theirs);
  }
}

TEST_CASE("Minutes of IBM trades equal the recorded ones but for the prints of the opening and closing auctions") {
  if (recordings_are_missing("ticks/equity_us")) return;
  const Csv bars = Csv::read(recorded / "bars_1m/equity_us/IBM_trade_2013-10-04_2013-10-11.csv.gz");
  const Minutes theirs = minutes_of(bars, "ts_utc", prices_and_volume, "2013-10-07", "2013-10-08");
  // Within the session (13:30 to 20:00 UTC) sweeps, conditions 20 and 20000000, count for the volume only; outside they set
  // prices, too. Official open and close, 4000000 and 1000000, repeat trades and do not count at all.
  Workplace here;
  const std::string ticks = "ticks/equity_us/IBM_trades_2013-10-07.csv.gz";
  const Csv without_sweeps = bars_of(here, ticks, "--leave-out 5000000 --volume-only 20000020");
  const Csv with_all = bars_of(here, ticks, "--leave-out 5000000");
  Minutes mine = minutes_of(with_all, "bucket_start_utc", prices_and_volume, "2013", "2014");
  for (const auto& [minute, values] :
       minutes_of(without_sweeps, "bucket_start_utc", prices_and_volume, "2013-10-07T13:30", "2013-10-07T20:00"))
    mine[minute] = values;
  CHECK(mine.size() == 453);
  CHECK(theirs.size() == 453);
  std::map<std::string, std::string> differing;
  for (const auto& [minute, values] : theirs) {
    if (mine[minute] == values) continue;
    std::string& text = differing[minute];
    for (std::size_t i = 0; i < values.size(); ++i)
      if (mine[minute][i] != values[i])
        text += prices_and_volume[i] + " " + mine[minute][i].text() + " for " + values[i].text() + ";";
  }
  // The opening auction's print (condition 40) came 16 s after the first trades, and their bar opens with it. The closing one's
  // (condition 80, 151665 at 182.01) came at 20:01:04, and they book it into the session's last minute.
  CHECK(differing == std::map<std::string, std::string>{{"2013-10-07T13:30", "open 181.9 for 182;"},
                                                        {"2013-10-07T19:59", "close 182 for 182.01;volume 69098 for 220763;"},
                                                        {"2013-10-07T20:01", "volume 154405 for 2740;"}});
}

TEST_CASE("Every recorded trade of bitstamp but the one of nothing is in a bar, its volume to the last digit") {
  if (recordings_are_missing("ticks/crypto")) return;
  Workplace here;
  const std::string ticks = (recorded / "ticks/crypto/BTCUSD_bitstamp_trades_2011_2012.csv.gz").string();
  const Ended ended = here.tally("bars --json --ticks " + ticks + " --to 1h --out " + here.path("bars.csv").string());
  REQUIRE(ended.code == 0);
  const auto out = boost::json::parse(ended.out).as_object();
  CHECK(out.at("ticks").as_object().at("trades").to_number<int>() == 9'999);
  CHECK(out.at("ticks").as_object().at("zero_size").to_number<int>() == 1);
  CHECK(out.at("arrivals").as_object().at("same_time").to_number<int>() == 4'243);
  CHECK(out.at("bars").as_object().at("late").to_number<int>() == 0);
  Money traded, in_bars;
  const Csv trades = Csv::read(ticks), bars = Csv::read(here.path("bars.csv"));
  for (const auto& row : trades.rows) traded += Money::parse(row[trades.column("amount")]);
  std::int64_t counted = 0;
  for (const auto& row : bars.rows) {
    in_bars += Money::parse(row[bars.column("volume")]);
    counted += std::stoll(row[bars.column("source_ticks")]);
  }
  CHECK(traded == in_bars);
  CHECK(counted == 9'998);
}
