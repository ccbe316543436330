// Every series and column of golden_indicators: TA-Lib's own values, and those of a second library.
#include <cmath>

#include "tests/recorded_bars/program.hpp"

using namespace tally;

namespace {

// All columns of the TA-Lib files.
constexpr const char* specs[] = {"sma(30)", "sma(20)", "ema(30)",      "ema(12)",       "wma(30)",       "rsi(14)", "adx(14)",
                                 "plus_di(14)", "minus_di(14)", "macd(12,26,9)", "trange()", "atr(14)", "bb(5,2)", "bb(20,2)",
                                 "stoch(5,3,3)", "stoch(14,3,3)", "obv()", "cci(14)", "roc(10)", "willr(14)", "mfi(14)"};

std::string options(std::initializer_list<const char*> of) {
  std::string text;
  for (const char* spec : of) text += std::string(" --spec '") + spec + "'";
  return text;
}

// Compares a column of ours with one of the reference from row `from` on, within `relative`; says the first difference by name.
void compare(const std::string& series, const Csv& ours, const std::string& our_column, const Csv& reference,
             const std::string& column, double relative, std::size_t from = 0) {
  const std::size_t at = ours.column(our_column), there = reference.column(column);
  REQUIRE(ours.rows.size() == reference.rows.size());
  for (std::size_t row = from; row < reference.rows.size(); ++row) {
    const std::string& value = ours.rows[row][at];
    const std::string& expected = reference.rows[row][there];
    if (value == expected) continue;
    if (!value.empty() && !expected.empty() &&
        std::fabs(std::stod(value) - std::stod(expected)) <= relative * std::fabs(std::stod(expected)))
      continue;
    FAIL_CHECK("series " << series << ", column " << column << ", row " << row << " (" << reference.rows[row][0] << "): '"
                         << value << "' where the reference has '" << expected << "'");
    return;
  }
}

}  // namespace

// 1e-9 relative would do; but the order of operations is TA-Lib's, so there is no difference to allow for.
TEST_CASE("Indicators equal TA-Lib to the bit in every series and column, the first value in the same row") {
  if (recordings_are_missing("golden_indicators")) return;
  struct Series {
    const char* golden;
    const char* bars;
    std::size_t first, count;  // rows of the bar file
    const char* more;
  };
  const Series all[] = {
      {"talib_SPY_2017_2018_daily", "bars_daily/indicator_reference/SI_default_SPY_2017_2018.csv", 0, 502, ""},
      {"talib_AAPL_daily_raw_from2012", "bars_daily/equity/AAPL.csv.gz", 3'600, 2'000, ""},
      {"talib_EURUSD_oanda_bid_1m", "bars_1m/forex/EURUSD_oanda_quote.csv.gz", 0, 3'000, " --side bid"},
      {"talib_BTCUSD_coinbase_1m", "bars_1m/crypto/BTCUSD_coinbase_trade.csv.gz", 0, 3'000, ""},
      {"talib_zeros_daily", "bars_daily/indicator_reference/SI_zeros.csv", 0, 200, ""},
  };
  std::string every;
  for (const char* spec : specs) every += std::string(" --spec '") + spec + "'";
  for (const Series& series : all) {
    CAPTURE(series.golden);
    Workplace here;
    const std::string bars = here.file("bars.csv", Csv::cut(recorded / series.bars, series.first, series.count));
    const Ended ended = here.tally("indicators --bars " + bars + series.more + every + " --out " + here.path("out.csv").string());
    REQUIRE(ended.err.empty());
    REQUIRE(ended.code == 0);
    const Csv golden = Csv::read(recorded / "golden_indicators" / (std::string(series.golden) + ".csv.gz"));
    const Csv ours = Csv::read(here.path("out.csv"));
    REQUIRE(ours.header == golden.header);
    REQUIRE(golden.rows.size() == series.count);
    for (std::size_t column = 0; column < golden.header.size(); ++column) {
      const std::string& name = golden.header[column];
      if (column > 0) compare(series.golden, ours, name, golden, name, 0);
      else
        for (std::size_t row = 0; row < golden.rows.size(); ++row) REQUIRE(ours.rows[row][0] == golden.rows[row][0]);
    }
  }
}

TEST_CASE("Every series of golden_indicators is among those that are compared") {
  if (recordings_are_missing("golden_indicators")) return;
  std::size_t series = 0;
  for (const auto& file : std::filesystem::directory_iterator(recorded / "golden_indicators"))
    series += file.path().extension() == ".gz";
  CHECK(series == 6);  // five of TA-Lib, one of the second library
}

TEST_CASE("A second library agrees wherever its seeds are the same, and in the end where they are not") {
  if (recordings_are_missing("golden_indicators")) return;
  const char* const series = "stockindicators_SPY_2017_2018_daily";
  Workplace here;
  const std::string bars = (recorded / "bars_daily/indicator_reference/SI_default_SPY_2017_2018.csv").string();
  const Ended ended = here.tally("indicators --bars " + bars + " --out " + here.path("out.csv").string() +
                                 options({"sma(20)", "ema(20)", "rsi(14)", "trange()", "atr(14)", "bb(20,2)", "stoch(14,3,3)",
                                          "cci(20)", "roc(14)", "plus_di(14)", "minus_di(14)", "adx(14)",
                                          "macd(12,26,9)", "obv()"}));
  REQUIRE(ended.code == 0);
  const Csv golden = Csv::read(recorded / "golden_indicators" / (std::string(series) + ".csv.gz"));
  const Csv ours = Csv::read(here.path("out.csv"));
  struct Pair {
    const char* ours;
    const char* theirs;
    std::size_t from;  // the row from which both agree
  };
  const Pair pairs[] = {
      {"sma_20", "sma", 0},
      {"ema_20", "ema", 0},
      {"rsi_14", "rsi", 0},
      {"trange", "atr_tr", 0},
      {"atr_14", "atr", 0},
      {"bb20_upper", "bb_upperBand", 0},
      {"bb20_middle", "bb_sma", 0},
      {"bb20_lower", "bb_lowerBand", 0},
      {"stoch_slowk_14_3", "stoch_k", 17},
      {"stoch14_slowd_3", "stoch_d", 0},
      {"cci_20", "cci", 0},
      {"roc_14", "roc", 0},
      {"plus_di_14", "adx_pdi", 400},
      {"minus_di_14", "adx_mdi", 400},
      {"adx_14", "adx", 450},
      {"macd_12_26_9", "macd", 330},
      {"macd_signal", "macd_signal", 330},
      {"macd_hist", "macd_histogram", 380},
  };
  for (const Pair& pair : pairs) {
    CAPTURE(pair.ours);
    compare(series, ours, pair.ours, golden, pair.theirs, 1e-9, pair.from);
  }
  const double first_volume = std::stod(ours.rows[0][ours.column("obv")]);  // theirs begins with zero
  for (std::size_t row = 0; row < golden.rows.size(); ++row)
    REQUIRE(std::stod(ours.rows[row][ours.column("obv")]) - first_volume == std::stod(golden.rows[row][golden.column("obv")]));
}
