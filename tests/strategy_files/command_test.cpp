// tally strategy as people and scripts meet it.
#include <boost/json.hpp>

#include "tests/recorded_bars/program.hpp"

using namespace tally;

namespace {

const char* const bars =
    "ts_utc,open,high,low,close,volume\n"
    "2024-01-02T00:00:00Z,9,9,9,9,1\n"
    "2024-01-02T00:01:00Z,11,11,11,11,1\n"
    "2024-01-02T00:02:00Z,12,12,12,12,1\n"
    "2024-01-02T00:03:00Z,4,4,4,4,1\n";
const char* const text =
    "strategy: a\nuniverse: [main]\ntimeframes: {anchor: 1m}\nparameters: {level: {default: 10, min: 5, max: 20}}\n"
    "rules: {main: {long: \"crosses_above(close, $level)\", exit: close < 5, stop_loss_ratio: 0.02}}\n";
const std::string examples = TALLY_SOURCE_DIR "/cfg/strategies/";

}  // namespace

TEST_CASE("check says what a right file is and where a wrong one is not") {
  Workplace here;
  const std::string good = here.file("good.yaml", text), bad = here.file("bad.yaml", std::string(text) + "rate: 1\n");
  const Ended right = here.tally("strategy check " + good);
  CHECK(right.code == 0);
  CHECK(right.out.find("level=10") != std::string::npos);
  CHECK(right.err.empty());
  const Ended wrong = here.tally("strategy check " + bad + ' ' + good);
  CHECK(wrong.code == 2);
  CHECK(wrong.err == bad + ":6:1: 'rate' is not a known key\n");
  CHECK(wrong.out.find(good) != std::string::npos);
  const Ended none = here.tally("strategy check " + bad + " --json");
  CHECK(none.code == 2);
  CHECK(boost::json::parse(none.out).at(0).at("mistakes").at(0).at("line") == 6);
  CHECK(here.tally("strategy check " + good + " --param level=21").err == good + ":4:14: 21 is outside 5 to 20\n");
  CHECK(here.tally("strategy check " + examples + "*.yaml").code == 0);
}

TEST_CASE("schema is JSON, and knows every key of the examples") {
  Workplace here;
  const auto schema = boost::json::parse(here.tally("strategy schema").out);
  CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  for (const char* key : {"strategy", "description", "universe", "timeframes", "parameters", "indicators", "rules", "rate_limit"})
    CHECK(schema.at("properties").as_object().contains(key));
}

TEST_CASE("run prints the intents over a file of bars") {
  Workplace here;
  const std::string file = here.file("a.yaml", text), recorded = here.file("bars.csv", bars);
  const Ended ended = here.tally("strategy run " + file + " --bars main=" + recorded + " --product main=BTC-USD");
  CHECK(ended.code == 0);
  const auto key = [&](std::size_t row) {
    const std::size_t begin = ended.out.find("v1-", row == 0 ? 0 : ended.out.find("v1-") + 1);
    return ended.out.substr(begin, ended.out.find(',', begin) - begin);
  };
  CHECK(ended.out ==
        "anchor_closed_at,role,product,direction,rule,stop_loss_ratio,size_hint,confidence,signal_key,evidence\n"
        "2024-01-02T00:02:00Z,main,BTC-USD,1,long,0.02,,," + key(0) + ",\"close = 11; close before = 9; $level before = 10\"\n"
        "2024-01-02T00:04:00Z,main,BTC-USD,0,exit,,,," + key(1) + ",\"close = 4\"\n");
  CHECK(key(0).ends_with("-1704153720000000000"));
  CHECK_FALSE(key(0) == key(1));
  CHECK(here.tally("strategy run " + file + " --bars main=" + recorded + " --param level=20").out == ended.out.substr(0, ended.out.find('\n') + 1));
  const auto rows = boost::json::parse(here.tally("strategy run --json " + file + " --stamp end --bars main=" + recorded).out);
  CHECK(rows.at("rows").at(0).at(0) == "2024-01-02T00:01:00Z");
  CHECK(rows.at("rows").at(0).at(3) == 1);
}

TEST_CASE("run over generated bars is the same every time, and --out writes the file and prints a summary") {
  Workplace here;
  const std::string run = "strategy run " + examples + "leader.yaml --bars follower=generate:SPY:3000:1 --bars leader=generate:BTC-USD:3000:2";
  const std::string first = here.tally(run).out;
  CHECK(first == here.tally(run).out);
  const Ended ended = here.tally(run + " --json --out " + here.path("out.csv").string());
  REQUIRE(ended.code == 0);
  const auto summary = boost::json::parse(ended.out);
  CHECK(summary.at("bars") == 6000);
  CHECK(summary.at("intents").as_int64() > 10);
  CHECK(here.text("out.csv") == first);
}

TEST_CASE("run takes what resample wrote, and one contract only") {
  Workplace here;
  const std::string file = here.file("a.yaml", text);
  const char* const columns = ",open,high,low,close,volume\n";
  const std::string coarser = here.file("coarser.csv", std::string("timeframe,bucket_start_utc") + columns + "1m,2024-01-02T00:00:00Z,9,9,9,9,1\n" +
                                                           "1m,2024-01-02T00:01:00Z,11,11,11,11,1\n");
  CHECK(here.tally("strategy run " + file + " --bars main=" + coarser).out.find("2024-01-02T00:02:00Z,main,main,1,long") != std::string::npos);
  const std::string chain = here.file("chain.csv", std::string("ts_utc,expiry_code") + columns + "2024-01-02T00:00:00Z,H4,9,9,9,9,1\n" +
                                                       "2024-01-02T00:00:00Z,M4,11,11,11,11,1\n");
  const Ended refused = here.tally("strategy run " + file + " --bars main=" + chain);
  CHECK(refused.code == 1);
  CHECK(refused.err.find("line 3: M4 after H4; a role is one series, of one contract") != std::string::npos);
}

TEST_CASE("Bars that are finer than the anchor are refused") {
  Workplace here;
  const std::string seconds = here.file("s.csv", "ts_utc,open,high,low,close,volume\n2024-01-02T00:00:00Z,9,9,9,9,1\n"
                                                 "2024-01-02T00:00:01Z,9,9,9,9,1\n");
  const Ended refused = here.tally("strategy run " + here.file("a.yaml", text) + " --bars main=" + seconds);
  CHECK(refused.code == 1);
  CHECK(refused.err.find("line 3: bars are closer together than the strategy's anchor is long") != std::string::npos);
}

TEST_CASE("What run cannot do it says in one line") {
  Workplace here;
  const std::string file = here.file("a.yaml", text), recorded = here.file("bars.csv", bars);
  const auto refused = [&](const std::string& arguments) {
    const Ended ended = here.tally("strategy run " + arguments);
    CHECK(ended.code == 2);
    CHECK(ended.out.empty());
    return ended.err;
  };
  CHECK(refused(file) == "tally: --bars main=FILE is missing; the strategy's roles all need bars\n");
  CHECK(refused(file + " --bars man=" + recorded) == "tally: --bars: the universe has no role 'man'\n");
  CHECK(refused(file + " --bars " + recorded) == "tally: --bars: '" + recorded + "' is not of the form NAME=VALUE\n");
  CHECK(refused(file + " --bars main=generate:GOLD").starts_with("tally: --bars: "));
  CHECK(refused(file + " --bars main=generate:SPY:x") == "tally: --bars: 'x' is no whole number up to 10000000\n");
  CHECK(refused(file + " --bars main=" + recorded + " --bars main=" + recorded) == "tally: --bars: role main has its bars already\n");
  CHECK(refused(file + " --bars main=" + recorded + " --param level=30") == "tally: " + file + ":4:14: 30 is outside 5 to 20\n");
  CHECK(refused("/nowhere/a.yaml") == "tally: /nowhere/a.yaml:1:1: cannot be read\n");
  const Ended missing = here.tally("strategy run " + file + " --bars main=/nowhere/bars.csv");
  CHECK(missing.code == 1);
}
