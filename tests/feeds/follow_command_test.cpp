// A node on a recorded tape as a person meets it: profile, tallyd, kill -9, and what can be asked then.
#include <boost/json.hpp>

#include "app/job/bar_generator.hpp"
#include "app/time_text.hpp"
#include "tests/recorded_bars/program.hpp"

using namespace tally;
namespace json = boost::json;

namespace {

constexpr std::size_t minutes = 2 * 1'440 + 300;

std::string bars_csv() {
  std::string text = "ts_utc,open,high,low,close,volume\n";
  for (const BarObserved& bar : job::generate_bars(job::product_of("BTC-USD"), 5, minutes).bars)
    text += iso_time(bar.opened_at) + ',' + bar.open.text() + ',' + bar.high.text() + ',' + bar.low.text() + ',' +
            bar.close.text() + ',' + bar.volume.text() + '\n';
  return text;
}

constexpr const char* sections = R"(
strategies:
  - file: SOURCE/cfg/strategies/crossing.yaml
    bind: {main: BTC-USD}
    parameters: {fast: 10, slow: 40}
feeds:
  - feed: recorded
    tape: tape
    begin: start
    latenessMs: 0
    products:
      - {product: BTC-USD, seenAs: BTC-USDT, bars: 1m, from: venue}
indicators:
  - {product: BTC-USD, bars: 1h, specs: [ema(10), rsi(14)]}
)";

}  // namespace

TEST_CASE("A node follows a tape through a kill; feeds, indicators, the scoreboard and a replay can be asked for") {
  Workplace here;
  std::string profile = content_of(TALLY_SOURCE_DIR "/cfg/default.yaml") + sections;
  profile.replace(profile.find("SOURCE"), 6, TALLY_SOURCE_DIR);
  here.file("profile.yaml", profile);
  here.file("bars.csv", bars_csv());
  // A wrong program gives up after a minute.
  here.file("all.sh", R"(tally=BINARY/tally
wait_for() {
  for i in $(seq 600); do
    $tally feed status --data data --json 2>/dev/null | grep -q "\"offset\":$1,.*" && $tally feed status --data data --json | grep -q '"state":"live"' && return 0
    sleep 0.1
  done
  return 1
}
ask() {
  $tally feed status --data data --json > feeds-$1.json
  $tally table indicator_latest --data data --json > indicators-$1.json
  $tally scoreboard --data data --json > scoreboard-$1.json
  $tally table strategy_weights_latest --data data --json > weights-$1.json
}
$tally tape record --tape tape --venue recorded --bars BTC-USDT=bars.csv --timeframe 1m > recorded.txt || exit 1
BINARY/tallyd --data data --profile profile.yaml 2> first.log & node=$!
sleep 0.3
kill -9 $node; wait $node
BINARY/tallyd --data data --profile profile.yaml 2> second.log & node=$!
wait_for RECORDS || echo "it never got there" >&2
ask running
kill -TERM $node; wait $node
ask stopped
$tally replay --verify --data data --json > verify.json
printf 'step 3\nwhere\nseek 50\nstep\nquit\n' | $tally replay --play --paused --from 20 --data data --json > play.json 2> play.err
)");
  std::string script = here.text("all.sh");
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"BINARY", TALLY_BINARY_DIR}, {"RECORDS", std::to_string(minutes)}})
    for (std::size_t at; (at = script.find(from)) != std::string::npos;) script.replace(at, from.size(), to);
  here.file("all.sh", script);
  const Ended ended = run_command("cd " + here.path("").string() + " && bash all.sh", here.path(""));
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(ended.err.find("it never got there") == std::string::npos);

  const json::value feeds = json::parse(here.text("feeds-running.json"));
  const json::object& feed = feeds.as_array().at(0).as_object();
  CHECK(feed.at("state").as_string() == "live");
  CHECK(feed.at("counters").at("without_price").to_number<int>() == 0);
  CHECK(feed.at("products").at(0).at("within_5s") == feed.at("products").at(0).at("shown"));

  const std::string running = here.text("indicators-running.json");
  CHECK(running == here.text("indicators-stopped.json"));
  const json::array indicators = json::parse(running).as_array();
  REQUIRE(indicators.size() == 2);
  CHECK(indicators[0].at("indicator").as_string() == "ema_10");
  CHECK(indicators[0].at("timeframe").as_string() == "1h");

  CHECK(here.text("scoreboard-running.json") == here.text("scoreboard-stopped.json"));
  const json::array scores = json::parse(here.text("scoreboard-running.json")).as_array();
  REQUIRE(scores.size() == 1);
  CHECK(scores[0].at("strategyId").as_string() == "crossing");
  CHECK(scores[0].at("days").to_number<int>() == 2);
  CHECK(scores[0].at("fills").to_number<int>() > 10);
  CHECK(scores[0].at("weight").as_string() == "1");
  CHECK(json::parse(here.text("weights-running.json")).as_array().size() == 1);

  const json::value verified = json::parse(here.text("verify.json"));
  for (const json::value& shard : verified.as_array()) CHECK(shard.at("equal").as_bool());
  std::istringstream played(here.text("play.json"));
  std::vector<std::uint64_t> offsets;
  for (std::string line; std::getline(played, line);)
    offsets.push_back(json::parse(line).at("offset").to_number<std::uint64_t>());
  REQUIRE(offsets.size() >= 4);
  CHECK(offsets.front() == 20);
  CHECK(std::count(offsets.begin(), offsets.end(), 50) == 1);
  CHECK(here.text("play.err").find("paused") != std::string::npos);
}
