// Every file and timeframe of golden_resample, byte for byte.
#include <map>

#include "tests/recorded_bars/program.hpp"

using namespace tally;

TEST_CASE("Coarser bars equal every file of golden_resample to the byte") {
  if (recordings_are_missing("golden_resample")) return;
  struct Source {
    const char* bars;
    const char* more;
  };
  const std::map<std::string, Source> sources = {
      {"BTCUSD_coinbase.csv.gz", {"bars_1m/crypto/BTCUSD_coinbase_trade.csv.gz", ""}},
      {"EURUSD_fxcm_ask.csv.gz", {"bars_1m/forex/EURUSD_fxcm_quote.csv.gz", " --side ask"}},
      {"EURUSD_oanda_bid.csv.gz", {"bars_1m/forex/EURUSD_oanda_quote.csv.gz", " --side bid"}},
      {"SPY_ninjatrader_2011-01.csv.gz", {"bars_1m/equity_us/SPY_ninjatrader_2011-01_trade.csv.gz", " --stamp end"}},
  };
  const std::map<std::string, std::string> to = {{"1d_utc", "1d"}, {"1d_oslo", "1d --zone Europe/Oslo"}};
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(recorded / "golden_resample")) {
    const std::string name = file.path().filename().string();
    CAPTURE(name);
    REQUIRE(sources.contains(name));
    ++files;
    TextLines lines(file.path());
    std::string header, line;
    lines.next(header);
    std::map<std::string, std::string> golden;  // timeframe -> its rows
    while (lines.next(line)) golden[line.substr(0, line.find(','))] += line + '\n';
    REQUIRE(golden.size() >= 3);
    for (const auto& [timeframe, rows] : golden) {
      CAPTURE(timeframe);
      Workplace here;
      const std::string asked = to.contains(timeframe) ? to.at(timeframe) : timeframe;
      const Ended ended = here.tally("resample --bars " + (recorded / sources.at(name).bars).string() + sources.at(name).more +
                                     " --to " + asked + " --out " + here.path("out.csv").string());
      REQUIRE(ended.err.empty());
      REQUIRE(ended.code == 0);
      CHECK(here.text("out.csv") == header + '\n' + rows);
    }
  }
  CHECK(files == sources.size());
}
