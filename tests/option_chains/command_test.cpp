// tally resolve as people and scripts meet it, over small files.
#include <boost/json.hpp>

#include "tests/recorded_bars/program.hpp"

using namespace tally;

namespace {

const char* const bars =
    "ts_utc,open,high,low,close,volume\n"
    "2014-06-05T13:30:00Z,70.50,70.60,70.40,70.60,100\n"
    "2014-06-05T13:31:00Z,70.60,72.00,70.60,72.00,100\n"
    "2014-06-05T13:32:00Z,99,99,99,99,100\n";

const char* const quotes =
    "ts_utc,right,strike,expiry,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"
    "2014-06-04T13:30:00Z,C,75,2014-06-21,9,9,9,9,1,9,9,9,9,1\n"          // yesterday
    "2014-06-05T13:30:00Z,C,70,2014-06-21,2,2,2,2,1,2.1,2.1,2.1,2.1,1\n"
    "2014-06-05T13:31:00Z,C,70,2014-06-21,3,3,3,3,1,3.1,3.1,3.1,3.1,1\n"
    "2014-06-05T13:32:00Z,C,70,2014-06-21,8,8,8,8,1,8.1,8.1,8.1,8.1,1\n"  // not complete at 13:32
    "2014-06-05T13:30:00Z,C,72.5,2014-06-21,1,1,1,1,1,1.5,1.5,1.5,1.5,1\n"
    "2014-06-05T13:30:00Z,C,75,2014-06-21,0.50,0.50,0.50,0.50,1,0.52,0.52,0.52,0.52,1\n"
    "2014-06-05T13:31:00Z,C,77.5,2014-06-21,,,,,0,0.10,0.10,0.10,0.10,1\n";

const char* const open_interest =
    "ts_utc,right,strike,expiry,open_interest\n"
    "2014-06-05T10:32:00Z,C,70,2014-06-21,500\n"
    "2014-06-05T10:32:00Z,C,75,2014-06-21,200\n"
    "2014-06-05T14:00:00Z,C,72.5,2014-06-21,900\n"  // not published at 13:32
    "2014-06-05T10:32:00Z,C,80,2014-06-21,7\n";

const char* const universe =
    "file_date,expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,vega,theta,rho\n"
    "2014-06-05,2014-06-21,70,P,1,1,1,1,12,90,0.2,-0.45,0,0,0,0\n"
    "2014-06-05,2014-06-21,67.5,P,1,1,1,1,5,,0.2,-0.28,0,0,0,0\n"
    "2014-06-05,2014-06-21,65,P,1,1,1,1,0,40,0,-0.30,0,0,0,0\n"  // no volatility was found
    "2014-06-06,2014-06-21,65,P,1,1,1,1,0,40,0.2,-0.30,0,0,0,0\n";

// The files of one chain, and `tally resolve` over them.
struct Desk {
  Workplace here;
  std::string minutes = "resolve --underlying TWX --underlying-bars " + here.file("bars.csv", bars) + " --chain " +
                        here.file("quotes.csv", quotes) + " --open-interest " + here.file("oi.csv", open_interest) + " ";
  std::string greeks = "resolve --underlying TWX --chain " + here.file("universe.csv", universe) + " --underlying-bars " +
                       here.file("underlying.csv", "file_date,open,high,low,close,volume\n2014-06-05,70,70,70,70.10,0\n") + " ";

  Ended asked(const std::string& more) const {
    const bool said = more.find("--min-quoted") != std::string::npos;
    return here.tally(minutes + (said ? "" : "--min-quoted 0.5 ") + "--right call --at 2014-06-05T13:32:00Z " + more);
  }
  // Over these quotes instead.
  Ended quoted(const std::string& file) const {
    return here.tally("resolve --underlying TWX --at 2014-06-05T13:32:00Z --right call --rank atm --chain " + file +
                      " --underlying-bars " + here.path("bars.csv").string());
  }
};

}  // namespace

TEST_CASE("An option is resolved from what was complete at the moment, with the evidence") {
  const Desk desk;
  const Ended ended = desk.asked("--rank otm:1+ --max-spread 0.10 --min-open-interest 100 --json");
  REQUIRE(ended.code == 0);
  const auto answer = boost::json::parse(ended.out);
  CHECK(answer.at("resolved") == true);
  CHECK(answer.at("rule_id").is_null());
  CHECK(answer.at("instrument").at("instrument") == "TWX-2014-06-21-C-75");
  CHECK(answer.at("instrument").at("bid") == "0.5");
  CHECK(answer.at("instrument").at("rank") == 1);
  CHECK(answer.at("instrument").at("open_interest") == "200");
  const auto& evidence = answer.at("evidence");
  CHECK(evidence.at("underlying_price") == "72");
  CHECK(evidence.at("underlying_at") == "2014-06-05T13:32:00Z");
  CHECK(evidence.at("contracts") == 5);
  CHECK(evidence.at("quoted") == 4);
  CHECK(evidence.at("at_the_money") == "72.5");
  const auto& considered = evidence.at("considered").as_array();
  REQUIRE(considered.size() == 5);
  CHECK(considered[0].at("bid") == "3");
  CHECK(considered[0].at("quoted_at") == "2014-06-05T13:32:00Z");
  CHECK(boost::json::serialize(considered[1].at("failed")) == R"(["SPREAD_TOO_WIDE","OPEN_INTEREST_TOO_LOW"])");
  CHECK(boost::json::serialize(considered[3].at("failed")) == R"(["NOT_TWO_SIDED","OPEN_INTEREST_TOO_LOW"])");
  CHECK(boost::json::serialize(considered[4].at("failed")) == R"(["QUOTE_MISSING","OPEN_INTEREST_TOO_LOW"])");
}

TEST_CASE("A rejection ends with code 3, the rule on standard error and the evidence on standard output") {
  const Desk desk;
  const Ended wide = desk.asked("--rank atm --max-spread 0.10 --json");
  CHECK(wide.code == 3);
  CHECK(wide.err ==
        "tally: rejected SPREAD_TOO_WIDE: of TWX-2014-06-21-C-72.5, ask 1.5 less bid 1 is more than 0.1 of their middle\n");
  const auto answer = boost::json::parse(wide.out);
  CHECK(answer.at("rule_id") == "SPREAD_TOO_WIDE");
  CHECK(answer.at("instrument").is_null());
  CHECK(answer.at("evidence").at("considered").as_array().size() == 5);
  const Ended table = desk.asked("--rank atm --max-spread 0.10");
  CHECK(table.code == 3);
  CHECK(table.out.find("SPREAD_TOO_WIDE") != std::string::npos);

  const auto rule_of = [&](const std::string& more) {
    const Ended ended = desk.asked("--json " + more);
    CHECK(ended.code == 3);
    return std::string(boost::json::parse(ended.out).at("rule_id").as_string());
  };
  CHECK(rule_of("--rank otm:9") == "RANK_NOT_LISTED");
  CHECK(rule_of("--rank itm:1 --expiry weekly") == "EXPIRY_NOT_FOUND");
  CHECK(rule_of("--rank atm --min-quoted 0.9") == "CHAIN_INCOMPLETE");
  CHECK(rule_of("--rank atm --expect-contracts 6") == "CHAIN_INCOMPLETE");
  CHECK(rule_of("--rank otm:3") == "QUOTE_MISSING");
  CHECK(rule_of("--rank otm:1 --max-quote-age 59") == "QUOTE_STALE");
  CHECK(rule_of("--strike 73.75 --ties reject") == "AMBIGUOUS");
}

TEST_CASE("A day begins without knowledge: neither yesterday's quotes nor its prices are used") {
  const Desk desk;
  const Ended early = desk.here.tally(desk.minutes + "--right call --rank atm --json --at 2014-06-05T13:30:59Z");
  CHECK(early.code == 3);
  CHECK(boost::json::parse(early.out).at("rule_id") == "UNDERLYING_MISSING");
  const Ended late = desk.here.tally(desk.minutes + "--right call --rank itm:1 --json --at 2014-06-05T13:38:01Z");
  CHECK(boost::json::parse(late.out).at("rule_id") == "UNDERLYING_STALE");
}

TEST_CASE("Volume is the sum of the trades that were complete") {
  const Desk desk;
  const std::string trades = " --trades " + desk.here.file("trades.csv",
      "ts_utc,right,strike,expiry,open,high,low,close,volume\n"
      "2014-06-04T13:30:00Z,C,70,2014-06-21,2,2,2,2,100\n"
      "2014-06-05T13:30:00Z,C,70,2014-06-21,2,2,2,2,3\n"
      "2014-06-05T13:31:00Z,C,70,2014-06-21,2,2,2,2,4\n"
      "2014-06-05T13:32:00Z,C,70,2014-06-21,2,2,2,2,100\n");
  CHECK(desk.asked("--rank itm:1 --min-volume 7" + trades).code == 0);
  CHECK(desk.asked("--rank itm:1 --min-volume 8" + trades).code == 3);
}

TEST_CASE("Delta is chosen from a universe file, where the greeks are known") {
  const Desk desk;
  const auto chosen = [&](const std::string& more) {
    const Ended ended = desk.here.tally(desk.greeks + "--at 2014-06-05 --right put --json " + more);
    const auto answer = boost::json::parse(ended.out);
    CHECK(ended.code == (answer.at("resolved").as_bool() ? 0 : 3));
    const auto& said = answer.at("resolved").as_bool() ? answer.at("instrument").at("instrument") : answer.at("rule_id");
    return std::string(said.as_string());
  };
  CHECK(chosen("--delta 0.30") == "GREEKS_MISSING");  // two of three have one
  CHECK(chosen("--delta 0.30 --min-greeks 0.6") == "TWX-2014-06-21-P-67.5");
  CHECK(chosen("--delta 0.365 --min-greeks 0.6") == "AMBIGUOUS");
  CHECK(chosen("--delta 0.365 --min-greeks 0.6 --ties higher") == "TWX-2014-06-21-P-70");
  CHECK(chosen("--delta 0.9 --min-greeks 0.6 --max-distance 0.1") == "TOO_FAR");
  CHECK(chosen("--delta 0.30 --min-greeks 0.6 --min-open-interest 1") == "OPEN_INTEREST_TOO_LOW");
  CHECK(chosen("--rank atm --min-volume 12") == "TWX-2014-06-21-P-70");
  CHECK(chosen("--rank atm --expect-expiries 2") == "CHAIN_INCOMPLETE");
}

TEST_CASE("A future is resolved from its chain") {
  const Workplace here;
  const std::string call = "resolve --underlying ES --futures " +
                           here.file("es.csv",
                                     "file_date,expiry,open,high,low,close,volume,open_interest\n"
                                     "2013-12-17,201312,1,1,1,1810,258842,823841\n"
                                     "2013-12-17,201403,1,1,1,1803.75,2107664,2580060\n"
                                     "2013-12-17,202003,0,0,0,0,0,\n") +
                           " --at 2013-12-17 --json ";
  const auto chosen = [&](const std::string& more) {
    return std::string(boost::json::parse(here.tally(call + more).out).at("instrument").at("instrument").as_string());
  };
  CHECK(chosen("") == "ES-2013-12-20");
  CHECK(chosen("--roll days:3") == "ES-2014-03-21");
  CHECK(chosen("--roll volume") == "ES-2014-03-21");
  CHECK(chosen("--held 201403") == "ES-2014-03-21");
  const Ended unpriced = here.tally(call + "--behind 2");
  CHECK(unpriced.code == 3);
  CHECK(unpriced.err == "tally: rejected PRICE_MISSING: of ES-2020-03-20, no price is known\n");
}

TEST_CASE("A command line that says too little or too much is refused with one line that says what") {
  const Desk desk;
  const auto refused = [](const Ended& ended, const std::string& why) {
    CAPTURE(why);
    CHECK(ended.code == 2);
    CHECK(ended.out.empty());
    CHECK(ended.err == "tally: " + why + "\n");
  };
  refused(desk.asked(""), "one of --rank, --strike and --delta says which option is meant");
  refused(desk.asked("--rank atm --strike 3"), "one of --rank, --strike and --delta says which option is meant");
  refused(desk.asked("--rank otm"), "--rank: 'otm' is none of atm, otm:N and itm:N, with or without a '+' at its end");
  refused(desk.asked("--rank atm --max-distance 2"), "--max-distance goes with --strike or --delta");
  refused(desk.asked("--rank atm --min-volume 2"), "--min-volume wants --trades FILE");
  refused(desk.asked("--delta 0.3"), "minute quotes have no greeks: --delta wants a universe file as --chain");
  refused(desk.asked("--rank atm --expiry soon"),
          "--expiry: 'soon' is none of nearest, monthly, weekly, min-days:N, roll:N and on:DATE");
  refused(desk.here.tally(desk.greeks + "--at 2014-06-05 --right put --rank atm --max-spread 0.1"),
          "a universe file has no quotes, so --max-spread, --max-quote-age and --min-quoted mean nothing");
  refused(desk.here.tally("resolve --underlying TWX --at 2014-06-05"), "one of --chain and --futures says what to choose from");
  refused(desk.here.tally("resolve --underlying TWX --at 2014-06-31 --futures x"),
          "--at: '2014-06-31' is no date such as 2024-03-31");
}

TEST_CASE("A row that cannot be read ends the command, which names its line") {
  const Desk desk;
  const std::string file = desk.here.file("bad.csv",
                                          "ts_utc,right,strike,expiry,bid_close,ask_close\n"
                                          "2014-06-05T13:30:00Z,C,70,2014-06-21,1,1\n"
                                          "2014-06-05T13:30:00Z,X,70,2014-06-21,1,1\n");
  const Ended ended = desk.quoted(file);
  CHECK(ended.code == 2);
  CHECK(ended.err == "tally: " + file + ":3: right: 'X' is neither C nor P\n");
  const std::string twice = desk.here.file("twice.csv",
                                           "ts_utc,right,strike,expiry,bid_close,ask_close\n"
                                           "2014-06-05T13:30:00Z,C,70,2014-06-21,1,1\n"
                                           "2014-06-05T13:30:00Z,C,70,2014-06-21,1,2\n");
  CHECK(desk.quoted(twice).err == "tally: " + twice + ":3: the contract has two bars of this minute\n");
}

TEST_CASE("An answer is recorded on a tape behind its chain, which it names") {
  const Desk desk;
  const std::string tape = " --tape " + desk.here.path("answers").string();
  CHECK(desk.asked("--rank otm:1+ --max-spread 0.10 --min-open-interest 100" + tape).code == 0);
  CHECK(desk.asked("--rank atm --max-spread 0.01" + tape).code == 3);
  const Ended read = desk.here.tally("tape read" + tape);
  REQUIRE(read.code == 0);
  const auto records = read.parsed_lines();
  REQUIRE(records.size() == 4);
  CHECK(records[0].at("topic") == "md.option.chain.snapshot");
  CHECK(records[1].at("topic") == "instrument.resolved");
  const auto& resolved = records[1].at("body");
  CHECK(resolved.at("instrument") == "TWX-2014-06-21-C-75");
  CHECK(resolved.at("rule") == "right=call rank=otm:1+ expiry=nearest max-spread=0.10 min-open-interest=100");
  CHECK(resolved.at("evidence").at("tape").at("tape") == "answers");
  CHECK(resolved.at("evidence").at("tape").at("offset") == 1);
  CHECK(resolved.at("evidence").at("considered").as_array().size() >= 4);
  CHECK(records[3].at("topic") == "instrument.rejected");
  CHECK(records[3].at("body").at("rule_id") == "SPREAD_TOO_WIDE");
  CHECK(records[3].at("body").at("evidence").at("tape").at("offset") == 3);
  CHECK(desk.here.tally("resolve --underlying 'T X' --at 2014-06-05 --futures x").code == 2);
}
