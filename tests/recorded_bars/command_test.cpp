// tally indicators and tally resample as people and scripts meet them, over small files of every form.
#include <zlib.h>

#include <boost/json.hpp>

#include "tests/recorded_bars/program.hpp"

using namespace tally;

namespace {

const char* const minutes =
    "ts_utc,open,high,low,close,volume\n"
    "2024-01-02T00:00:00Z,1.10,1.30,1.00,1.20,0.5\n"
    "2024-01-02T00:01:00Z,1.20,1.40,1.20,1.40,0.25\n"
    "2024-01-02T00:03:00Z,1.40,1.40,1.30,1.3,0.05\n"
    "2024-01-02T00:05:00Z,1.30,1.50,1.30,1.50,2\n";

}  // namespace

TEST_CASE("Without --out the columns go to standard output, as CSV or as JSON") {
  Workplace here;
  const std::string bars = here.file("bars.csv", minutes);
  CHECK(here.tally("indicators --bars " + bars + " --spec 'sma(2)' --spec trange").out ==
        "ts_utc,sma_2,trange\n"
        "2024-01-02T00:00:00Z,,\n"
        "2024-01-02T00:01:00Z,1.2999999999999998,0.19999999999999996\n"
        "2024-01-02T00:03:00Z,1.3499999999999999,0.09999999999999987\n"
        "2024-01-02T00:05:00Z,1.4,0.19999999999999996\n");
  const auto rows = boost::json::parse(here.tally("indicators --json --bars " + bars + " --spec 'roc(1)' --spec 'sma(2)'").out);
  CHECK(boost::json::serialize(rows.at("columns")) == R"(["ts_utc","roc_1","sma_2"])");
  CHECK(rows.at("rows").at(0).at(1).is_null());
  CHECK(rows.at("rows").at(3).at(2).as_double() == 1.4);
  CHECK(rows.at("rows").at(1).at(0) == "2024-01-02T00:01:00Z");
}

TEST_CASE("With --out the file is written and the summary printed") {
  Workplace here;
  const std::string bars = here.file("bars.csv", minutes), out = here.path("out.csv").string();
  const Ended ended = here.tally("indicators --json --bars " + bars + " --spec 'sma(3)' --spec 'ema(30)' --out " + out);
  REQUIRE(ended.code == 0);
  const auto summary = boost::json::parse(ended.out);
  CHECK(summary.at("rows") == 4);
  CHECK(summary.at("indicators").at(0).at("version") == "indicator.sma.v1");
  CHECK(summary.at("indicators").at(0).at("first_row") == 2);
  CHECK(summary.at("indicators").at(0).at("values") == 2);
  CHECK(summary.at("indicators").at(1).at("first_row").is_null());
  CHECK(Csv::read(out).rows.size() == 4);
  CHECK_FALSE(std::filesystem::exists(out + ".part"));
}

TEST_CASE("Quotes are read by side, a one-sided row gives an empty row, and gzip is read as it is") {
  Workplace here;
  const std::string text =
      "ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"
      "2024-01-02T00:00:00Z,10,12,10,11,5,11,13,11,12,5\n"
      "2024-01-02T00:01:00Z,,,,,0,11,13,11,12,5\n"
      "2024-01-02T00:02:00Z,11,12,11,12,5,12,13.5,12,12.25,5\n";
  const gzFile file = gzopen(here.path("bars.csv.gz").c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  const std::string call = "indicators --bars " + here.path("bars.csv.gz").string() + " --spec 'roc(1)' --spec obv";
  CHECK(here.tally(call + " --side bid").out ==
        "ts_utc,roc_1,obv\n2024-01-02T00:00:00Z,,0\n2024-01-02T00:01:00Z,,\n2024-01-02T00:02:00Z,9.090909090909083,0\n");
  CHECK(here.tally(call + " --side ask").out ==
        "ts_utc,roc_1,obv\n2024-01-02T00:00:00Z,,0\n2024-01-02T00:01:00Z,0,0\n2024-01-02T00:02:00Z,2.083333333333326,0\n");
  const std::string middle = here.tally(call).out;
  CHECK(middle == here.tally(call + " --side mid").out);
  CHECK(middle.find("5.434782608695654,0") != std::string::npos);  // 11.5 to 12.125
  CHECK(here.tally("resample --to 5m --bars " + here.path("bars.csv.gz").string()).out ==
        "timeframe,bucket_start_utc,open,high,low,close,volume,source_bars\n"
        "5m,2024-01-02T00:00:00Z,10.5,12.75,10.5,12.125,0,2\n");
}

TEST_CASE("Each contract of a file is a series of its own") {
  Workplace here;
  const std::string bars = here.file("bars.csv",
                                     "ts_utc,expiry_code,open,high,low,close,volume\n"
                                     "2024-01-02T00:00:00Z,202403,10,10,10,10,1\n"
                                     "2024-01-02T00:00:00Z,202406,50,50,50,50,1\n"
                                     "2024-01-02T00:01:00Z,202403,11,11,11,11,1\n"
                                     "2024-01-02T00:01:00Z,202406,40,40,40,40,2\n");
  CHECK(here.tally("indicators --spec 'roc(1)' --bars " + bars).out ==
        "ts_utc,expiry_code,roc_1\n2024-01-02T00:00:00Z,202403,\n2024-01-02T00:00:00Z,202406,\n"
        "2024-01-02T00:01:00Z,202403,10.000000000000009\n2024-01-02T00:01:00Z,202406,-19.999999999999996\n");
  CHECK(here.tally("resample --to 1h --bars " + bars).out ==
        "timeframe,bucket_start_utc,expiry_code,open,high,low,close,volume,source_bars\n"
        "1h,2024-01-02T00:00:00Z,202403,10,11,10,11,2,2\n1h,2024-01-02T00:00:00Z,202406,50,50,40,40,3,2\n");
}

TEST_CASE("Coarser bars keep the decimals of their prices, sum volumes exactly, and can be read again") {
  Workplace here;
  const std::string bars = here.file("bars.csv", minutes), out = here.path("out.csv").string();
  REQUIRE(here.tally("resample --to 5m --bars " + bars + " --out " + out).code == 0);
  CHECK(here.text("out.csv") ==
        "timeframe,bucket_start_utc,open,high,low,close,volume,source_bars\n"
        "5m,2024-01-02T00:00:00Z,1.10,1.40,1.00,1.3,0.80,3\n"
        "5m,2024-01-02T00:05:00Z,1.30,1.50,1.30,1.50,2,1\n");
  CHECK(here.tally("resample --to 1d --zone Europe/Oslo --bars " + out).out ==
        "timeframe,bucket_start_utc,timeframe,open,high,low,close,volume,source_bars\n"
        "1d_oslo,2024-01-01T23:00:00Z,5m,1.10,1.50,1.00,1.50,2.80,2\n");
  CHECK(here.tally("indicators --spec 'roc(1)' --bars " + out).out ==
        "timeframe,bucket_start_utc,roc_1\n5m,2024-01-02T00:00:00Z,\n5m,2024-01-02T00:05:00Z,15.384615384615374\n");
}

TEST_CASE("Coarser bars as JSON keep their decimals as text") {
  Workplace here;
  const auto rows = boost::json::parse(here.tally("resample --json --to 1h --bars " + here.file("bars.csv", minutes)).out);
  CHECK(boost::json::serialize(rows.at("rows")) == R"([["1h","2024-01-02T00:00:00Z","1.10","1.50","1.00","1.50","2.80",4]])");
}

TEST_CASE("Bars stamped with their end belong to the bucket of their opening") {
  Workplace here;
  const std::string bars = here.file("bars.csv",
                                     "ts_utc,open,high,low,close,volume\n"
                                     "2024-01-02T00:05:00Z,1,1,1,1,1\n"
                                     "2024-01-02T00:06:00Z,2,2,2,2,1\n");
  const auto first_of = [&](const std::string& more) { return here.tally("resample --to 5m --bars " + bars + more).out; };
  CHECK(first_of(" --stamp end").find("5m,2024-01-02T00:00:00Z,1,1,1,1,1,1\n5m,2024-01-02T00:05:00Z,2") != std::string::npos);
  CHECK(first_of(" --stamp end --length 5m").find("5m,2024-01-02T00:00:00Z,1,2,1,2,2,2") != std::string::npos);
  CHECK(first_of("").find("5m,2024-01-02T00:05:00Z,1,2,1,2,2,2") != std::string::npos);
}

TEST_CASE("Bars that come late are left out, counted and said so") {
  Workplace here;
  const std::string bars =
      here.file("bars.csv", std::string(minutes) + "2024-01-02T00:05:00Z,9,9,9,9,9\n2024-01-02T00:02:00Z,9,9,9,9,9\n");
  const Ended ended = here.tally("resample --json --to 5m --bars " + bars + " --out " + here.path("out.csv").string());
  CHECK(ended.code == 0);
  CHECK(ended.err == "tally: 2 bars were left out: each opens no later than one before it\n");
  CHECK(boost::json::parse(ended.out).at("late") == 2);
  CHECK(boost::json::parse(ended.out).at("bars") == 2);
  CHECK(here.text("out.csv").find(",9") == std::string::npos);
}

TEST_CASE("A mistake is one line on standard error, and leaves no file behind") {
  Workplace here;
  const std::string bars = here.file("bars.csv", minutes), out = " --out " + here.path("out.csv").string();
  const std::string bad = here.file("bad.csv", std::string(minutes) + "2024-01-02T00:06:00Z,1.x,1,1,1,1\n");
  const std::string brief = here.file("brief.csv", std::string(minutes) + "2024-01-02T00:06:00Z,1,1\n");
  const std::string when = here.file("when.csv", std::string(minutes) + "yesterday,1,1,1,1,1\n");
  const std::string ticks = here.file("ticks.csv", "ts_utc,price,size\n");
  const std::string daily = here.file("daily.csv", "date,open,high,low,close,volume\n2024-01-02,1,1,1,1,1\n");
  const std::string empty = here.file("empty.csv", "");
  const std::string bytes = here.file("bytes.csv", std::string(minutes) + std::string(3, '\0') + "\n");
  const std::string wide = here.file("wide.csv", std::string(minutes) + std::string(70'000, '1') + "\n");
  const gzFile file = gzopen(here.path("whole.csv.gz").c_str(), "wb");
  gzprintf(file, "ts_utc,open,high,low,close,volume\n");
  for (int i = 0; i < 1'000; ++i)
    gzprintf(file, "2024-01-02T%02d:%02d:00Z,1,%d,1,1,%d\n", i / 60, i % 60, 2 + i * i % 977, i * i % 983);
  gzclose(file);
  const std::string zipped = here.text("whole.csv.gz"), cut = here.file("cut.csv.gz", zipped.substr(0, zipped.size() / 2));
  struct Row {
    std::string arguments;
    int code;
    std::string why;
  };
  const Row rows[] = {
      {"indicators --bars " + bars, 2, "--spec is missing, e.g. --spec 'ema(30)'; --list names the indicators"},
      {"indicators --spec ema", 2, "--bars FILE is missing; --list names the indicators"},
      {"indicators --bars " + bars + " --spec 'emma(30)'", 2,
       "--spec 'emma(30)': column 1: 'emma' is no indicator; did you mean 'ema'?"},
      {"indicators --bars " + bars + " --spec 'sma(2)' --spec 'sma(2)'", 2,
       "--spec 'sma(2)': its column sma_2 is that of 'sma(2)' already"},
      {"indicators --bars " + bars + " --spec ema --side bid", 1, bars + ": holds trades, which have no side"},
      {"indicators --bars " + ticks + " --spec ema", 1,
       ticks + ": has no header of bars: open,high,low,close or bid_open..ask_close"},
      {"indicators --bars " + empty + " --spec ema", 1, empty + ": is empty"},
      {"indicators --bars /nowhere.csv --spec ema", 1, "cannot open /nowhere.csv"},
      {"indicators --bars " + bad + " --spec ema", 1, "bad.csv line 6: '1.x' is not a decimal number"},
      {"indicators --bars " + brief + " --spec ema", 1, "brief.csv line 6: 3 columns where the header has 6"},
      {"indicators --bars " + bytes + " --spec ema", 1, "bytes.csv line 6: this is no text"},
      {"indicators --bars " + wide + " --spec ema", 1, "wide.csv line 6: more than 65536 characters"},
      {"indicators --bars " + here.path("").string() + " --spec ema", 1, "cannot open " + here.path("").string()},
      {"resample --to 5m --bars " + when, 1, "when.csv line 6: 'yesterday' is no UTC time"},
      {"resample --to 7m --bars " + bars, 2, "--to: '7m' does not divide a day"},
      {"resample --to 1h --zone Europe/Oslo --bars " + bars, 2, "--to: a zone goes with 1d only; '1h' is counted in UTC"},
      {"resample --to 1d --zone Europe/Bergen --bars " + bars, 2,
       "--zone: 'Europe/Bergen' is no time zone of tzdata, such as Europe/Oslo or UTC"},
      {"resample --to 5m --length 1x --bars " + bars, 2, "--length: '1x' is no length of time such as 30s, 5m or 4h, up to 24h"},
      {"resample --to 1d --bars " + daily, 2, daily + ": holds daily bars; nothing coarser is made"},
      {"resample --to 5m", 2, "--bars FILE is missing"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    const Ended ended = here.tally(row.arguments + out);
    CHECK(ended.code == row.code);
    CHECK(ended.err == "tally: " + row.why + '\n');
    CHECK_FALSE(std::filesystem::exists(here.path("out.csv")));
    CHECK_FALSE(std::filesystem::exists(here.path("out.csv.part")));
  }
  const Ended ended = here.tally("indicators --bars " + cut + " --spec ema" + out);
  CHECK(ended.code == 1);
  CHECK(ended.err == "tally: " + cut + ": unexpected end of file\n");
  CHECK_FALSE(std::filesystem::exists(here.path("out.csv")));
  CHECK(here.tally("indicators --spec ema --bars " + bars + " --out /nowhere/out.csv").err ==
        "tally: cannot write /nowhere/out.csv\n");
}

TEST_CASE("The indicators are listed with parameters, versions and columns") {
  Workplace here;
  const auto list = boost::json::parse(here.tally("indicators --list --json").out).as_array();
  CHECK(list.size() == 21);
  for (const auto& kind : list)
    if (kind.at("standard") == "macd(12,26,9)")
      CHECK(boost::json::serialize(kind.at("columns")) == R"(["macd_12_26_9","macd_signal","macd_hist"])");
  CHECK(here.tally("indicators --list").out.find("indicator.supertrend.v1") != std::string::npos);
}
