// tally book and tally bars as people and scripts meet them, over small files.
#include <boost/json.hpp>

#include "tests/recorded_bars/program.hpp"

using namespace tally;

namespace {

const std::string depth_header =
    "seq,local_ts_ns,event,exch_event_ms,exch_tx_ms,first_update_id,final_update_id,prev_final_update_id,side,price,qty,id,"
    "buyer_is_maker\n";

const std::string depth = depth_header +
                          "1,1000000000,depth,999,,1,2,,b,9.5,1.00,,\n"
                          "2,1100000000,book_ticker,,,,2,,b,9.5,1.00,,\n"
                          "3,1200000000,snapshot,,,,2,,b,10.0,1.00,,\n"
                          "3,1200000000,snapshot,,,,2,,a,11.0,2.00,,\n"
                          "3,1200000000,snapshot,,,,2,,a,11.5,2.00,,\n"
                          "4,1900000000,depth,1899,,3,4,,b,10.5,0.50,,\n"
                          "4,1900000000,depth,1899,,3,4,,a,11.5,0.00,,\n"
                          "5,3000000000,depth,2999,,5,5,,a,10.5,0.25,,\n"
                          "6,9000000000,depth,8999,,6,6,,b,10.5,0.00,,\n";

const std::string trades =
    "ts_utc,price,size,exchange,conditions_hex,suspicious\n"
    "2024-01-02T00:00:10Z,10.0,5,N,1,0\n"
    "2024-01-02T00:00:20Z,10.5,1,N,20,0\n"
    "2024-01-02T00:00:30Z,9.5,2,Q,4000000,0\n"
    "2024-01-02T00:01:02Z,11.0,3,Q,0,0\n"
    "2024-01-02T00:00:59Z,10.2,4,Q,0,0\n"
    "2024-01-02T00:02:30Z,12.0,1,Q,0,0\n"
    "2024-01-02T00:01:30Z,99.0,1,Q,0,0\n";

}  // namespace

TEST_CASE("The book of a file, in the end and at a time, with a row for each second") {
  Workplace here;
  const std::string file = here.file("depth.csv", depth);
  const Ended ended = here.tally("book --depth " + file + " --top 2 --out " + here.path("out.csv").string());
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  CHECK(ended.out.find("    1          1.00  10.0  10.5          0.25") != std::string::npos);
  CHECK(ended.out.find("synchronized at update 6, 1970-01-01T00:00:09Z; two_sided, mid 10.25; 1 bid and 2 ask levels") !=
        std::string::npos);
  CHECK(ended.out.find("locked") != std::string::npos);
  CHECK(here.text("out.csv") ==
        "seq,local_ts_ns,final_update_id,bid_levels,ask_levels,"
        "bid1_px,bid1_qty,bid2_px,bid2_qty,ask1_px,ask1_qty,ask2_px,ask2_qty\n"
        "4,1900000000,4,2,1,10.5,0.50,10.0,1.00,11.0,2.00,,\n"
        "5,3000000000,5,2,2,10.5,0.50,10.0,1.00,10.5,0.25,11.0,2.00\n"
        "6,9000000000,6,1,2,10.0,1.00,,,10.5,0.25,11.0,2.00\n");

  const Ended then = here.tally("book --json --depth " + file + " --at 1970-01-01T00:00:03Z");
  REQUIRE(then.code == 0);
  const auto out = boost::json::parse(then.out).as_object();
  CHECK(out.at("seq").to_number<int>() == 5);
  CHECK(out.at("book").as_string() == "locked");
  CHECK(out.at("mid").as_string() == "10.5");
  CHECK(boost::json::serialize(out.at("bids")) == R"([["10.5","0.50"],["10.0","1.00"]])");
  CHECK(out.at("depth").as_object().at("older_than_snapshot").to_number<int>() == 1);
  CHECK(out.at("depth").as_object().at("locked").to_number<int>() == 1);
  CHECK(out.at("other_messages").to_number<int>() == 1);
  CHECK(out.at("whole").as_bool());
  const Ended stale = here.tally("book --json --depth " + file);
  CHECK(boost::json::parse(stale.out).as_object().at("arrivals").as_object().at("stale_intervals").to_number<int>() == 1);
}

TEST_CASE("Levels that reach the horizon of a bounded book are said to be no whole top") {
  Workplace here;
  const std::string file = here.file("depth.csv", depth);
  const Ended json = here.tally("book --json --levels-max 1 --top 1 --depth " + file);
  REQUIRE(json.code == 0);
  const auto out = boost::json::parse(json.out).as_object();
  CHECK_FALSE(out.at("whole").as_bool());  // 10.5 pushed 10.0 out, and went
  CHECK(out.at("bid_levels").to_number<int>() == 0);
  CHECK(out.at("depth").as_object().at("beyond_depth").to_number<int>() == 3);
  const Ended text = here.tally("book --levels-max 1 --depth " + file);
  CHECK(text.out.find("reach the horizon") != std::string::npos);
  CHECK(here.tally("book --depth " + file).out.find("horizon") == std::string::npos);
}

TEST_CASE("A recording without a snapshot, or with an update missing, ends with code 6 and says so") {
  Workplace here;
  const std::string no_snapshot = here.file("none.csv", depth_header + "1,1,depth,1,,1,2,,b,9.5,1,,\n");
  const Ended waiting = here.tally("book --depth " + no_snapshot);
  CHECK(waiting.code == 6);
  CHECK(waiting.err == "tally: the book is not that of the market: waiting\n");
  std::string lossy = depth;
  lossy.erase(lossy.find("5,3000000000"), std::string("5,3000000000,depth,2999,,5,5,,a,10.5,0.25,,\n").size());
  const Ended gapped = here.tally("book --depth " + here.file("lossy.csv", lossy));
  CHECK(gapped.code == 6);
  CHECK(gapped.err == "tally: the book is not that of the market: gapped\n");
}

TEST_CASE("What is wrong in a file of depth is named with its line and ends with code 2") {
  struct Row {
    const char* line;
    const char* says;
  };
  const Row rows[] = {
      {"1,1,depth,1,,1,2,,b,9.5,1,", ":3: 12 cells, but 13 columns"},
      {"x,1,depth,1,,1,2,,b,9.5,1,,", ":3: seq 'x' is no whole number"},
      {"0,1,depth,1,,1,2,,b,9.5,1,,", ":3: seq 0 after 1"},
      {"2,1,trade_,1,,1,2,,b,9.5,1,,", ":3: event 'trade_' is none of depth, snapshot, book_ticker and trade"},
      {"2,1,depth,1,,-1,2,,b,9.5,1,,", ":3: first_update_id '-1' is no whole number"},
      {"2,1,depth,1,,1,2,,c,9.5,1,,", ":3: side 'c' is neither b nor a"},
      {"2,1,depth,1,,1,2,,b,nine,1,,", ":3: 'nine' is not a decimal number"},
      {"2,1,depth,1,,1,2,,b,9.0000000001,1,,", ":3: '9.0000000001' has more decimals than fit exactly"},
      {"1,1,snapshot,1,,1,2,,b,9.5,1,,", ":3: another event with the same seq"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    Workplace here;
    const std::string file = here.file("depth.csv", depth_header + "1,1,depth,1,,1,2,,b,9.5,1,,\n" + row.line + "\n");
    const Ended ended = here.tally("book --depth " + file + " --out " + here.path("out.csv").string());
    CHECK(ended.code == 2);
    CHECK(ended.err == "tally: " + file + row.says + "\n");
    CHECK_FALSE(std::filesystem::exists(here.path("out.csv")));
    CHECK_FALSE(std::filesystem::exists(here.path("out.csv.part")));
  }
}

TEST_CASE("Bars of trades: conditions, late ones, and the counters") {
  Workplace here;
  const std::string file = here.file("trades.csv", trades);
  const Ended ended = here.tally("bars --json --ticks " + file + " --to 1m --volume-only 20 --leave-out 4000000 --out " +
                                 here.path("bars.csv").string());
  CHECK(ended.code == 0);
  CHECK(ended.err == "tally: 1 late ticks were left out: their bars were final\n");
  CHECK(here.text("bars.csv") ==
        "timeframe,bucket_start_utc,open,high,low,close,volume,source_ticks\n"
        "1m,2024-01-02T00:00:00Z,10.0,10.2,10.0,10.2,10,3\n"
        "1m,2024-01-02T00:01:00Z,11.0,11.0,11.0,11.0,3,1\n"
        "1m,2024-01-02T00:02:00Z,12.0,12.0,12.0,12.0,1,1\n");
  const auto out = boost::json::parse(ended.out).as_object();
  const auto& bars = out.at("bars").as_object();
  CHECK(bars.at("bars").to_number<int>() == 3);
  CHECK(bars.at("late").to_number<int>() == 1);
  CHECK(bars.at("left_out").to_number<int>() == 1);
  CHECK(bars.at("volume_only").to_number<int>() == 1);
  CHECK(out.at("arrivals").as_object().at("backwards").to_number<int>() == 2);

  const Ended strict = here.tally("bars --ticks " + file + " --to 1m --lateness 0s");
  CHECK(strict.out.find("1m,2024-01-02T00:00:00Z,10.0,10.5,9.5,9.5,8,3\n") != std::string::npos);
  CHECK(strict.err == "tally: 2 late ticks were left out: their bars were final\n");

  // What it writes the other commands read.
  const Ended coarser = here.tally("resample --bars " + here.path("bars.csv").string() + " --to 5m");
  CHECK(coarser.code == 0);
  CHECK(coarser.out.find(",10.0,12.0,10.0,12.0,14,3\n") != std::string::npos);
}

TEST_CASE("Bars of quotes: each side, the middle, what stands, and seconds since 1970") {
  Workplace here;
  const std::string file = here.file("quotes.csv",
                                     "ts_utc,bid,bid_size,ask,ask_size\n"
                                     "1704153610,10.00,5,,\n"
                                     "1704153620.5,0.00,0,10.04,5\n"
                                     "1704153670,10.01,5,0,0\n"
                                     "1704153680,10.05,5,,\n");
  const std::string head = "timeframe,bucket_start_utc,open,high,low,close,volume,source_ticks\n";
  CHECK(here.tally("bars --ticks " + file + " --to 1m --side bid").out == head +
        "1m,2024-01-02T00:00:00Z,10.00,10.00,10.00,10.00,0,1\n"
        "1m,2024-01-02T00:01:00Z,10.01,10.05,10.01,10.05,0,2\n");
  CHECK(here.tally("bars --ticks " + file + " --to 1m --side bid --open standing").out == head +
        "1m,2024-01-02T00:00:00Z,10.00,10.00,10.00,10.00,0,1\n"
        "1m,2024-01-02T00:01:00Z,10.00,10.05,10.00,10.05,0,2\n");
  CHECK(here.tally("bars --ticks " + file + " --to 1m --side ask").out == head +
        "1m,2024-01-02T00:00:00Z,10.04,10.04,10.04,10.04,0,1\n");
  CHECK(here.tally("bars --ticks " + file + " --to 1m").out == head +  // the last quote crosses: no mid
        "1m,2024-01-02T00:00:00Z,10.02,10.02,10.02,10.02,0,1\n"
        "1m,2024-01-02T00:01:00Z,10.025,10.025,10.025,10.025,0,1\n");
  const Ended json = here.tally("bars --json --ticks " + file + " --to 1h --side ask");
  CHECK(json.out == R"({"columns":["timeframe","bucket_start_utc","open","high","low","close","volume","source_ticks"],"rows":[)"
                    R"(["1h","2024-01-02T00:00:00Z","10.04","10.04","10.04","10.04","0",1]]})" "\n");
}

TEST_CASE("Bars: what is wrong in a file or on the command line ends with code 2 and one line") {
  Workplace here;
  const std::string file = here.file("trades.csv", trades);
  const std::string quotes = here.file("quotes.csv", "ts_utc,bid,ask\n2024-01-02T00:00:10Z,1,2\n");
  struct Row {
    std::string arguments, says;
  };
  const Row rows[] = {
      {"--ticks " + file + " --to 7m", "tally: --to: '7m' does not divide a day\n"},
      {"--ticks " + file + " --to 1m --side bid", "tally: --side: " + file + " holds trades, which have no side\n"},
      {"--ticks " + file + " --to 1m --lateness soon",
       "tally: --lateness: 'soon' is no length of time such as 30s, 5m or 4h, up to 24h\n"},
      {"--ticks " + file + " --to 1m --volume-only xyz",
       "tally: --volume-only: 'xyz' are no condition flags, such as 20000020\n"},
      {"--ticks " + quotes + " --to 1m --volume-only 20", "tally: --volume-only: " + quotes + " holds quotes\n"},
      {"--ticks " + here.path("none.csv").string() + " --to 1m",
       "tally: " + here.path("none.csv").string() + ": cannot be opened\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    const Ended ended = here.tally("bars " + row.arguments);
    CHECK(ended.code == 2);
    CHECK(ended.err == row.says);
    CHECK(ended.out.empty());
  }
  const Row files[] = {
      {"ts_utc,open\n", ":1: has no header of ticks: ts_utc,price,size (or amount) for trades, ts_utc,bid,ask for quotes"},
      {"price,size\n1,1\n", ":1: column 'ts_utc' is missing"},
      {"ts_utc,price,size\nyesterday,1,1\n", ":2: 'yesterday' is no UTC time and no seconds since 1970"},
      {"ts_utc,price,size\n2024-13-02T00:00:10Z,1,1\n", ":2: '2024-13-02T00:00:10Z' is no UTC time"},
      {"ts_utc,price,size\n2024-01-02T00:00:10Z,1,x\n", ":2: 'x' is not a decimal number"},
      {"ts_utc,price,size,suspicious\n2024-01-02T00:00:10Z,1,1,2\n", ":2: suspicious is neither 0 nor 1"},
      {"ts_utc,price,size,conditions_hex\n2024-01-02T00:00:10Z,1,1,1ffffffff\n",
       ":2: conditions '1ffffffff' are no hexadecimal number of 32 bits"},
  };
  for (const Row& row : files) {
    CAPTURE(row.arguments);
    const std::string bad = here.file("bad.csv", row.arguments);
    const Ended ended = here.tally("bars --ticks " + bad + " --to 1m --out " + here.path("out.csv").string());
    CHECK(ended.code == 2);
    CHECK(ended.err == "tally: " + bad + row.says + "\n");
    CHECK_FALSE(std::filesystem::exists(here.path("out.csv")));
    CHECK_FALSE(std::filesystem::exists(here.path("out.csv.part")));
  }
}
