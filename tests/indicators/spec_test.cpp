// Specs: names, parameters, columns, and what is said to a mistake.
#include "actors/indicators/spec.hpp"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/catch.hpp"

using namespace tally::indicators;

using Columns = std::vector<std::string>;

TEST_CASE("Columns are named as people who know TA-Lib expect them") {
  struct Row {
    const char* spec;
    Columns columns;
  };
  const Row rows[] = {
      {"sma(30)", {"sma_30"}},
      {"ema(30)", {"ema_30"}},
      {"wma(30)", {"wma_30"}},
      {"rsi(14)", {"rsi_14"}},
      {"adx(14)", {"adx_14"}},
      {"plus_di(14)", {"plus_di_14"}},
      {"minus_di(14)", {"minus_di_14"}},
      {"macd(12,26,9)", {"macd_12_26_9", "macd_signal", "macd_hist"}},
      {"macd(5,35,5)", {"macd_5_35_5", "macd_signal_5_35_5", "macd_hist_5_35_5"}},
      {"trange()", {"trange"}},
      {"atr(14)", {"atr_14"}},
      {"bb(5,2)", {"bb5_upper", "bb5_middle", "bb5_lower"}},
      {"bb(20,2)", {"bb20_upper", "bb20_middle", "bb20_lower"}},
      {"bb(20,2.5)", {"bb20_2.5_upper", "bb20_2.5_middle", "bb20_2.5_lower"}},
      {"stoch(5,3,3)", {"stoch_slowk_5_3", "stoch_slowd_3"}},
      {"stoch(14,3,3)", {"stoch_slowk_14_3", "stoch14_slowd_3"}},
      {"obv()", {"obv"}},
      {"cci(14)", {"cci_14"}},
      {"roc(10)", {"roc_10"}},
      {"willr(14)", {"willr_14"}},
      {"mfi(14)", {"mfi_14"}},
      {"vwap(20)", {"vwap_20"}},
      {"zscore(20)", {"zscore_20"}},
      {"donchian(20)", {"donchian20_upper", "donchian20_middle", "donchian20_lower"}},
      {"supertrend(10,3)", {"supertrend_10_3", "supertrend_10_3_trend"}},
  };
  std::set<std::string_view> named;
  for (const Row& row : rows) {
    CAPTURE(row.spec);
    const Spec spec = Spec::parse(row.spec);
    CHECK(spec.columns() == row.columns);
    CHECK(spec.text() == row.spec);
    named.insert(spec.kind().name);
  }
  CHECK(named.size() == kinds().size());
}

TEST_CASE("Specs of one kind with other parameters have other columns") {
  std::set<std::string> seen;
  std::size_t columns = 0;
  for (const char* text : {"stoch(5,3,3)", "stoch(5,3,4)", "stoch(5,4,3)", "stoch(5,4,4)", "stoch(14,3,3)", "stoch(14,3,4)",
                           "stoch(14,4,3)", "stoch(14,4,4)", "macd(12,26,9)", "macd(12,26,8)", "bb(20,2)", "bb(20,3)",
                           "supertrend(10,3)", "supertrend(10,2.5)"})
    for (const std::string& column : Spec::parse(text).columns()) {
      CAPTURE(text, column);
      CHECK(seen.insert(column).second);
      ++columns;
    }
  CHECK(seen.size() == columns);
}

TEST_CASE("An indicator gives as many values as its spec has columns") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const Spec spec = Spec::parse(kind.name);
    const auto indicator = spec.make();
    for (int i = 0; i < 100; ++i) indicator->update({10.0 + i, 11.0 + i, 9.0 + i, 10.5 + i, 100});
    CHECK(indicator->values().size() == spec.columns().size());
  }
}

TEST_CASE("Spaces do not matter, and without numbers the standard ones are meant") {
  CHECK(Spec::parse(" macd ( 12 , 26,9 ) ").text() == "macd(12,26,9)");
  CHECK(Spec::parse("macd").text() == "macd(12,26,9)");
  CHECK(Spec::parse("macd()").text() == "macd(12,26,9)");
  CHECK(Spec::parse("obv").text() == "obv()");
  CHECK(Spec::parse("rsi(14)") == Spec::parse("rsi"));
  CHECK_FALSE(Spec::parse("rsi(15)") == Spec::parse("rsi"));
  CHECK(Spec::parse("rsi").kind().id() == "indicator.rsi.v1");
  CHECK(Spec::parse("macd").kind().shape() == "macd(fast,slow,signal)");
}

TEST_CASE("A mistake is told with its column, and with what may have been meant") {
  struct Row {
    const char* spec;
    std::size_t column;
    const char* problem;
    const char* suggestion;
  };
  const Row rows[] = {
      {"", 1, "the name of an indicator is missing", "ema(30)"},
      {"emma(30)", 1, "'emma' is no indicator", "ema"},
      {"EMA(30)", 1, "'EMA' is no indicator", "ema"},
      {"bbands(20,2)", 1, "'bbands' is no indicator", "bb"},
      {"supertrnd(10,3)", 1, "'supertrnd' is no indicator", "supertrend"},
      {"  plus_id(14)", 3, "'plus_id' is no indicator", "plus_di"},
      {"quux(14)", 1, "'quux' is no indicator", ""},
      {"ema(0)", 5, "period of ema must be a whole number from 2 to 100000, not '0'", "ema(30)"},
      {"ema(-3)", 5, "period of ema must be a whole number from 2 to 100000, not '-3'", "ema(30)"},
      {"ema(3.5)", 5, "period of ema must be a whole number from 2 to 100000, not '3.5'", "ema(30)"},
      {"ema(nan)", 5, "period of ema must be a whole number from 2 to 100000, not 'nan'", "ema(30)"},
      {"ema(1e3)", 5, "period of ema must be a whole number from 2 to 100000, not '1e3'", "ema(30)"},
      {"ema(100001)", 5, "period of ema must be a whole number from 2 to 100000, not '100001'", "ema(30)"},
      {"ema(close)", 5, "period of ema must be a whole number from 2 to 100000, not 'close'", "ema(30)"},
      {"bb(20,0)", 7, "deviations of bb must be a number from 0.01 to 100, not '0'", "bb(5,2)"},
      {"ema(30", 7, "',' or ')' expected", "ema(30)"},
      {"ema(30 4)", 8, "',' or ')' expected", "ema(30)"},
      {"ema(30,4)", 8, "ema(period) takes no more than 1 numbers", "ema(30)"},
      {"obv(3)", 5, "obv() takes no more than 0 numbers", "obv()"},
      {"macd(12,26)", 12, "macd(fast,slow,signal) takes 3 numbers, or none", "macd(12,26,9)"},
      {"macd(26,12,9)", 9, "slow of macd must be greater than fast", "macd(12,26,9)"},
      {"ema(30)x", 8, "nothing may follow the indicator", "ema(30)"},
      {"ema 30", 5, "nothing may follow the indicator", "ema(30)"},
      {"ema(,)", 5, "period of ema must be a whole number from 2 to 100000, not ''", "ema(30)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.spec);
    try {
      Spec::parse(row.spec);
      FAIL_CHECK("was accepted");
    } catch (const SpecError& error) {
      CHECK(error.column == row.column);
      CHECK(error.problem == row.problem);
      CHECK(error.suggestion == row.suggestion);
    }
  }
  CHECK_THROWS_WITH(Spec::parse("emma(30)"), "column 1: 'emma' is no indicator; did you mean 'ema'?");
}

TEST_CASE("The page of indicators has a row for each, with its standard spec, version, columns and first row") {
  std::ifstream page(TALLY_SOURCE_DIR "/docs/indicators.md");
  REQUIRE(page);
  std::map<std::string, std::vector<std::string>> rows;  // spec -> its cells
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::stringstream parts(line.substr(2));
    for (std::string cell; std::getline(parts, cell, '|');) cells.push_back(cell);
    rows[cells.front()] = cells;
  }
  CHECK(rows.size() == kinds().size());
  // "first row" as the page writes it, in the standard parameters.
  const auto first_row = [](const Parameters& of, const std::string& text) -> std::size_t {
    if (text == " p-1 ") return static_cast<std::size_t>(of[0]) - 1;
    if (text == " p ") return static_cast<std::size_t>(of[0]);
    if (text == " 2p-1 ") return 2 * static_cast<std::size_t>(of[0]) - 1;
    if (text == " slow+signal-2 ") return static_cast<std::size_t>(of[1] + of[2]) - 2;
    if (text == " fast_k+slow_k+slow_d-3 ") return static_cast<std::size_t>(of[0] + of[1] + of[2]) - 3;
    return std::stoul(text);
  };
  for (const Kind& kind : kinds()) {
    const Spec spec = Spec::parse(kind.name);
    CAPTURE(kind.name);
    REQUIRE(rows.contains('`' + spec.text() + "` "));
    const auto& cells = rows.at('`' + spec.text() + "` ");
    CHECK(cells[1] == " `" + kind.id() + "` ");
    std::string columns;
    for (const std::string& column : spec.columns()) columns += (columns.empty() ? " `" : ", `") + column + '`';
    CHECK(cells[2] == columns + ' ');
    const auto indicator = spec.make();
    std::size_t row = 0;
    for (;; ++row) {
      const double price = 100 + static_cast<double>(row * 7 % 5);
      indicator->update({price, price + 1, price - 1, price, 10});
      if (!indicator->values().empty()) break;
      REQUIRE(row < 1'000);
    }
    CHECK(row == first_row(spec.parameters(), cells[3]));
  }
}
