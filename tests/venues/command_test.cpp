// tally feed run as a person meets it: a venue on this machine, a tape, Ctrl-C.
#include <boost/json.hpp>

#include "tests/recorded_bars/program.hpp"
#include "tests/venues/market.hpp"
#include "tests/venues/server.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string config(std::uint16_t port, const std::string& ca_file, const std::string& change = "") {
  std::string text = content_of(TALLY_SOURCE_DIR "/cfg/feeds/binance.yaml");
  const auto set = [&](const std::string& key, const std::string& value) {
    const auto at = text.find(key + ":");
    REQUIRE(at != std::string::npos);
    text.replace(at, text.find('\n', at) - at, key + ": " + value);
  };
  set("streamHost", "localhost");
  set("restHost", "localhost");
  set("streamPort", std::to_string(port));
  set("restPort", std::to_string(port));
  set("caFile", ca_file);
  return text + change;
}

}  // namespace

TEST_CASE("A live feed is recorded until Ctrl-C, and its tape gives it back") {
  const Authority authority("the tests' authority");
  VenueBook book;
  Workplace here;
  VenueServer server(
      authority.host("localhost"),
      [&](StreamSession& session, std::size_t) {
        for (int i = 1; i <= 20; ++i) {
          session.send(book.change());
          session.send(trade_text(static_cast<std::uint64_t>(i)));
        }
        session.serve_until_closed();
      },
      [&](const std::string&, std::size_t) { return Answer{200, book.snapshot(), {}}; });
  here.file("feed.yaml", config(server.port(), here.file("ca.pem", authority.certificate())));
  const std::string tape = here.path("tape").string();
  // The tape says when all has come; then the recorder is told to stop, as by Ctrl-C.
  const std::string program = TALLY_BINARY_DIR "/tally";
  here.file("both.sh", program + " feed run --config " + here.path("feed.yaml").string() + " --tape " + tape +
                           " --every 0s --json > " + here.path("feed.json").string() + " & feed=$!\n" +
                           "for i in $(seq 600); do\n" +
                           "  sleep 0.1\n" +
                           "  " + program + " tape read --tape " + tape + " --topic md.feed 2>/dev/null | grep -q synchronized && break\n" +
                           "done\n" +
                           "kill -INT $feed; wait $feed\n");
  const Ended ended = run_command("bash " + here.path("both.sh").string(), here.path("."));
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const auto last = boost::json::parse(here.text("feed.json")).as_object();
  CHECK(last.at("feed").at("connects").to_number<int>() == 1);
  CHECK(last.at("feed").at("trades").to_number<int>() == 20);
  CHECK(last.at("feed").at("gaps").to_number<int>() == 0);
  CHECK(last.at("products").at(0).at("book").as_string() == "synchronized");
  CHECK(last.at("products").at(0).at("update_id").to_number<std::uint64_t>() == book.last_id());

  const Ended verified = here.tally("tape verify --json --tape " + tape);
  CHECK(verified.code == 0);
  const auto survey = boost::json::parse(verified.out).as_object();
  CHECK(survey.at("records") == last.at("tape").at("records"));
  CHECK(survey.at("segments").at(0).at("sealed").as_bool());

  const auto records = here.tally("tape read --tape " + tape).parsed_lines();
  REQUIRE(records.size() == survey.at("records").to_number<std::size_t>());
  CHECK(records.front().at("body").at("event").as_string() == "started");
  CHECK(records.back().at("body").at("event").as_string() == "stopped");
  const auto trades = here.tally("tape read --tape " + tape + " --topic md.tick --product BTC-USDT").parsed_lines();
  REQUIRE(trades.size() == 20);
  CHECK(trades[6].at("body").at("id").to_number<int>() == 7);
  CHECK(trades[6].at("body").at("price").as_string() == "60000.01");
}

TEST_CASE("A feed that cannot be run says why in one line") {
  Workplace here;
  const auto refused = [&](const std::string& arguments, int code, const std::string& why) {
    const Ended ended = here.tally("feed run --tape " + here.path("t").string() + ' ' + arguments);
    INFO(ended.err);
    CHECK(ended.code == code);
    CHECK(ended.err.find(why) != std::string::npos);
    CHECK(ended.out.empty());
  };
  refused("--config nowhere.yaml", 2, "nowhere.yaml: cannot be read");
  const std::string more = here.file("more.yaml", config(1, "\"\"", "\nextra: 1\n"));
  refused("--config " + more, 2, "extra is not a known key");
  std::string twice = config(1, "\"\"");
  twice.replace(twice.find("ETHUSDT"), 7, "BTCUSDT");
  refused("--config " + here.file("twice.yaml", twice), 2, "symbol BTCUSDT is there twice");
  refused("--config " + here.file("ca.yaml", config(1, "/nowhere.pem")), 1, "certificates of /nowhere.pem");
  refused("--config " + here.file("ok.yaml", config(1, "\"\"")) + " --for soon", 2, "--for: 'soon' is no length of time");
}

TEST_CASE("A venue that is not there is waited for, and said so in the end") {
  Workplace here;
  const std::string file = here.file("feed.yaml", config(1, "\"\""));
  const Ended ended = here.tally("feed run --config " + file + " --tape " + here.path("t").string() + " --for 300ms --every 0s --json");
  CHECK(ended.code == 1);
  CHECK(ended.err.find("no connection to localhost was made") != std::string::npos);
  CHECK(ended.parsed().at("feed").at("connects").to_number<int>() == 0);
  CHECK(here.tally("tape read --tape " + here.path("t").string()).parsed_lines().size() == 2);  // started, stopped
}
