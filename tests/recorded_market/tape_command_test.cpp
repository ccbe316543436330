// Files recorded on a tape and read back: small ones to the letter, the recorded market data to the book that it makes.
#include <boost/json.hpp>

#include "actors/market_data/depth_feed.hpp"
#include "app/market/depth_file.hpp"
#include "persistence/tape/tape_reader.hpp"
#include "tests/recorded_bars/program.hpp"

using namespace tally;

namespace {

const std::string depth =
    "seq,local_ts_ns,event,exch_event_ms,exch_tx_ms,first_update_id,final_update_id,prev_final_update_id,side,price,qty,id,"
    "buyer_is_maker\n"
    "1,1000000000,depth,999,,1,2,,b,9.5,1.00,,\n"
    "2,1100000000,book_ticker,,,,2,,b,9.5,1.00,,\n"
    "2,1100000000,book_ticker,,,,2,,a,9.6,3.00,,\n"
    "3,1200000000,snapshot,,,,2,,b,10.0,1.00,,\n"
    "3,1200000000,snapshot,,,,2,,a,11.0,2.00,,\n"
    "4,1300000000,trade,1299,1298,,,,,10.5,0.25,77,1\n"
    "5,3000000000,depth,2999,,3,5,,a,10.5,0.25,,\n";

const std::string bars =
    "ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"
    "1970-01-01T00:00:00Z,1.1,1.3,1.0,1.2,0,1.2,1.4,1.1,1.3,0\n";

}  // namespace

TEST_CASE("Several files are one tape, in the order in which their messages were received") {
  Workplace here;
  const std::string tape = here.path("tape").string();
  const Ended recorded_all = here.tally("tape record --tape " + tape + " --venue test --depth BTC=" +
                                        here.file("depth.csv", depth) + " --bars EUR=" + here.file("bars.csv", bars) + " --json");
  INFO(recorded_all.err);
  REQUIRE(recorded_all.code == 0);
  CHECK(recorded_all.parsed().at("last").to_number<int>() == 7);
  const Ended read = here.tally("tape read --tape " + tape);
  REQUIRE(read.code == 0);
  const auto records = read.parsed_lines();
  std::vector<std::string> kinds;
  for (const auto& record : records) kinds.emplace_back(record.at("body").at("message").as_string());
  CHECK(kinds == std::vector<std::string>{"DepthUpdate", "QuoteTick", "DepthSnapshot", "TradeTick", "DepthUpdate", "MarketBar",
                                          "MarketBar"});
  const auto& trade = records[3].at("body").as_object();
  CHECK(trade.at("price").as_string() == "10.5");
  CHECK(trade.at("id").to_number<int>() == 77);
  CHECK(trade.at("taker").as_string() == "seller");
  CHECK(trade.at("venue").as_string() == "test");
  CHECK(records[5].at("body").at("of").as_string() == "bid");
  CHECK(records[5].at("at").to_number<std::int64_t>() == 60 * ns_per_s);
  CHECK(records[6].at("body").at("high").as_string() == "1.4");
  CHECK(records[6].at("body").at("final").as_bool());

  CHECK(here.tally("tape read --tape " + tape + " --from 3 --to 4").parsed_lines().size() == 2);
  CHECK(here.tally("tape read --tape " + tape + " --from 1970-01-01T00:00:01.2Z --topic md.depth").parsed_lines().size() == 2);
  CHECK(here.tally("tape read --tape " + tape + " --product EUR --count 1").parsed_lines().size() == 1);

  const Ended again = here.tally("tape record --tape " + tape + " --depth BTC=" + here.path("depth.csv").string() + " --json");
  CHECK(again.parsed().at("first").to_number<int>() == 8);
  CHECK(here.tally("tape verify --tape " + tape).code == 0);
  CHECK(here.tally("tape keep --tape " + tape + " --compress-after 0s --json").parsed().at("compressed").to_number<int>() == 1);
  CHECK(here.tally("tape stat --tape " + tape + " --json").parsed().at("records").to_number<int>() == 12);
  CHECK(here.tally("tape read --tape " + tape).parsed_lines().size() == 12);
}

TEST_CASE("What cannot be done with a tape is said in one line, with its code") {
  Workplace here;
  const auto refused = [&](const std::string& arguments, int code, const std::string& why) {
    const Ended ended = here.tally("tape " + arguments);
    INFO(arguments << '\n' << ended.err);
    CHECK(ended.code == code);
    CHECK(ended.err.find(why) != std::string::npos);
    CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
  };
  const std::string tape = here.path("t").string();
  refused("read --tape " + tape, 5, "is no tape");
  refused("verify --tape " + tape, 5, "is no tape");
  refused("record --tape " + tape, 2, "nothing to record");
  refused("record --tape " + tape + " --depth BTC", 2, "'BTC' is not NAME=FILE");
  refused("record --tape " + tape + " --depth BTC=/nowhere.csv", 2, "/nowhere.csv");
  const std::string broken = here.file("broken.csv", depth + "6,4000000000,depth,x,,6,6,,b,1,1,,\n");
  refused("record --tape " + tape + " --depth BTC=" + broken, 2, "broken.csv:9:");
  CHECK(here.tally("tape read --tape " + tape).parsed_lines().size() == 4);  // what came before it stands
  refused("read --tape " + tape + " --from yesterday", 2, "'yesterday' is no offset");
  refused("record --tape " + tape + " --depth BTC=" + broken + " --sync fast", 2, "--sync: 'fast'");
  refused("record --tape " + tape + " --ticks BTC=" + broken, 2, "broken.csv:1: column 'ts_utc' is missing");
  refused("record --tape " + here.path("").string() + " --depth BTC=" + broken, 5, "is not empty and no tape");
  const auto segment = here.path("t") / "00000000000000000001.segment";
  std::string bytes = content_of(segment);
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  std::ofstream(segment, std::ios::binary) << bytes;
  refused("verify --tape " + tape + " --json", 6, "00000000000000000001.segment is damaged at offset 2, byte 94");
  const Ended skipping = here.tally("tape read --skip-damaged --tape " + tape);
  CHECK(skipping.code == 6);
  const auto lines = skipping.parsed_lines();
  REQUIRE(lines.size() == 5);
  CHECK(lines[1].at("damaged").as_string() == "00000000000000000001.segment");
  CHECK(lines[2].at("missing_from").to_number<int>() == 2);
  CHECK(lines[3].at("offset").to_number<int>() == 3);
}

TEST_CASE("The recorded book is the same from its file and from a tape of it") {
  for (const char* name : {"BTCUSDT_binance_spot_2024-08-08.csv.gz", "BTCUSD_PERP_binance_coinm_2024-08-08.csv.gz"}) {
    if (recordings_are_missing("depth")) return;
    Workplace here;
    const std::string file = (recorded / "depth" / name).string();
    const Ended ended = here.tally("tape record --tape " + here.path("t").string() + " --depth BTC=" + file + " --segment-mb 1");
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    REQUIRE(here.tally("tape keep --compress-after 0s --tape " + here.path("t").string()).code == 0);
    DepthFile direct(file);
    market::DepthFeed from_file, from_tape;
    TapeReader tape(here.path("t"));
    std::uint64_t messages = 0, different = 0;
    for (auto kind = direct.next(); kind; kind = direct.next(), ++messages) {
      if (*kind == DepthFile::Kind::update) from_file.take(direct.update());
      else from_file.take(direct.snapshot());
      while (tape.next()) {
        const Message message = message_of(tape.record());
        if (const auto* update = std::get_if<DepthUpdate>(&message)) from_tape.take(*update);
        else if (const auto* snapshot = std::get_if<DepthSnapshot>(&message)) from_tape.take(*snapshot);
        else continue;
        break;
      }
      different += from_file.book().hash() != from_tape.book().hash();
    }
    CHECK(messages > 1'000);
    CHECK(different == 0);
    CHECK(from_tape.state() == market::FeedState::synchronized);
    CHECK(from_tape.counters().applied == from_file.counters().applied);
    while (tape.next()) {
      const Message message = message_of(tape.record());
      CHECK_FALSE(std::holds_alternative<DepthUpdate>(message));
    }
  }
}

TEST_CASE("Recorded options become ticks and chains on a tape, with their greeks") {
  if (recordings_are_missing("options/TWX_2014-06")) return;
  Workplace here;
  const std::string file = "TWX=" + (recorded / "options/TWX_2014-06/TWX_2014-06_").string();
  const Ended ended = here.tally("tape record --json --tape " + here.path("t").string() + " --options " + file +
                                 "minute_quote.csv.gz --options " + file + "minute_trade.csv.gz --options " + file +
                                 "minute_openinterest.csv.gz --universe " + file + "universe.csv.gz --underlying-prices " +
                                 file + "underlying.csv");
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const auto types = ended.parsed().at("types").as_object();
  CHECK(types.at("OptionTick").to_number<int>() == 56'995 + 150 + 368);  // rows of the three files
  CHECK(types.at("OptionChainSnapshot").to_number<int>() == 5);          // dates of the fourth
  TapeReader reader(here.path("t"));
  std::size_t one_sided = 0, rows = 0, with_volatility = 0;
  Time last;
  while (reader.next()) {
    CHECK(last <= reader.record().at);
    last = reader.record().at;
    const Message message = message_of(reader.record());
    if (const auto* tick = std::get_if<OptionTick>(&message)) one_sided += tick->quoted && !tick->bid;
    if (const auto* chain = std::get_if<OptionChainSnapshot>(&message)) {
      rows += chain->rows.size();
      CHECK(chain->underlying_price);
      for (const OptionRow& row : chain->rows) {
        const OptionGreeks& all = row.greeks;
        with_volatility += all.implied_volatility && all.delta && all.gamma && all.vega && all.theta && all.rho;
      }
    }
  }
  CHECK(rows == 920);
  CHECK(with_volatility == 920 - 492);  // MANIFEST: rows with a volatility of zero
  CHECK(one_sided == 12'546);           // rows without a bid
}

TEST_CASE("Bars of a tape's ticks are those of the file, and say how long after their end they were final") {
  Workplace here;
  const std::string ticks = here.file("ticks.csv",
                                      "ts_utc,price,size\n"
                                      "1970-01-01T00:00:10Z,10,5\n"
                                      "1970-01-01T00:00:50Z,12,1\n"
                                      "1970-01-01T00:01:01Z,11,3\n"
                                      "1970-01-01T00:03:30Z,9,1\n");
  const std::string tape = here.path("t").string();
  REQUIRE(here.tally("tape record --tape " + tape + " --ticks BTC=" + ticks + " --ticks ETH=" + ticks).code == 0);
  const std::string terms = " --to 1m --lateness 1s";
  const Ended of_file = here.tally("bars --ticks " + ticks + terms);
  const Ended of_tape = here.tally("bars --tape " + tape + " --product BTC" + terms);
  CHECK(of_tape.code == 0);
  CHECK(of_tape.out == of_file.out);
  const Ended summary =
      here.tally("bars --tape " + tape + " --product BTC" + terms + " --json --out " + here.path("bars.csv").string());
  const auto bars = summary.parsed().at("bars").as_object();
  CHECK(bars.at("bars").to_number<int>() == 3);
  CHECK(bars.at("final_within_5s").to_number<int>() == 1);           // final at 61 s
  CHECK(bars.at("final_after_ns_max").to_number<std::int64_t>() == 90 * ns_per_s);  // the next record came so late
  for (const std::string& wrong : {"--tape " + tape, "--ticks " + ticks + " --product BTC", std::string("--product BTC")})
    CHECK(here.tally("bars --to 1m " + wrong).code == 2);
  CHECK(here.tally("bars --to 1m --product BTC --tape " + here.path("none").string()).code == 5);
}
