// tally backtest as a person runs it.
#include <boost/json.hpp>
#include <map>

#include "persistence/sha256.hpp"
#include "tests/backtest/stage.hpp"

using namespace tally;
using namespace tally::backtest;

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

class Shell : public Place {
 public:
  Shell() {
    change("cfg/backtests/crossing.yaml", "generate: {count: 43200}      # thirty days", "generate: {count: 6000}");
    change("cfg/backtests/crossing.yaml", "generate: {count: 43200}", "generate: {count: 6000}");
  }
  Ended shell(const std::string& command) const { return run_command("cd " + path("").string() + " && " + command, path("")); }
  Ended tally(const std::string& arguments) const { return shell(TALLY_BINARY_DIR "/tally " + arguments); }
  Ended backtest(const std::string& more) const { return tally("backtest --config cfg/backtests/crossing.yaml " + more); }

  std::map<std::string, std::string> files(const std::string& directory) const {
    std::map<std::string, std::string> all;
    for (const auto& found : fs::recursive_directory_iterator(path(directory)))
      if (found.is_regular_file()) all[fs::relative(found.path(), path(directory)).string()] = content_of(found.path());
    return all;
  }
};

std::size_t lines_of(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

TEST_CASE("Two runs of the same inputs are equal to the byte, file by file, wherever they lie") {
  const Shell here, there;
  REQUIRE(here.backtest("--out one").code == 0);
  REQUIRE(there.backtest("--out deeper/two").code == 0);
  const auto one = here.files("one");
  CHECK(one == there.files("deeper/two"));
  for (const char* name : {"matches.csv", "trades.csv", "open_lots.csv", "equity.csv", "statistics.json", "configuration.json",
                           "run.json", "report.html", "report.json", "journal/demo.entries", "journal/strategies.entries"}) {
    CAPTURE(name);
    REQUIRE(one.contains(name));
    CHECK(one.at(name).find(here.path("").string()) == std::string::npos);
  }
  CHECK(lines_of(one.at("trades.csv")) > 10);
  const json::value manifest = json::parse(one.at("run.json"));
  CHECK(manifest.at("complete").as_bool());
  for (const auto& [name, hash] : manifest.at("files").as_object())
    CHECK(hash.as_string() == hex(sha256(std::as_bytes(std::span(one.at(name))))));
  CHECK(manifest.at("inputs").as_array().size() == 6);
}

TEST_CASE("The run's name follows from its inputs") {
  const Shell here;
  const auto id = [&](const std::string& more) {
    const Ended ended = here.backtest("--json --overwrite --out out " + more);
    REQUIRE(ended.code == 0);
    return std::string(json::parse(ended.out).at("run_id").as_string());
  };
  const std::string first = id("");
  CHECK(first.size() == 16);
  CHECK(id("") == first);
  CHECK(id("--seed 8") != first);
  CHECK(id("--param crossing.fast=46") != first);
  CHECK(id("--until 2024-01-03") != first);
  CHECK(id("--run-id mine") == "mine");
  here.change("cfg/strategies/crossing.yaml", "openings: 6", "openings: 5");
  CHECK(id("") != first);
}

TEST_CASE("Another run's directory is kept unless one asks for it, and what is no run is kept always") {
  const Shell here;
  REQUIRE(here.backtest("--out out").code == 0);
  const auto before = here.files("out");
  const Ended refused = here.backtest("--out out --seed 9");
  CHECK(refused.code == 2);
  CHECK(refused.err.find("holds a run already") != std::string::npos);
  CHECK(lines_of(refused.err) == 1);
  CHECK(here.files("out") == before);
  CHECK(here.backtest("--out out --seed 9 --overwrite").code == 0);
  CHECK(here.files("out") != before);
  fs::create_directory(here.path("mine"));
  here.write("mine/letter.txt", "dear");
  CHECK(here.backtest("--out mine --overwrite").code == 2);
  CHECK(here.text("mine/letter.txt") == "dear");
  for (const auto& found : fs::directory_iterator(here.path(""))) CHECK(found.path().filename().string().front() != '.');
}

TEST_CASE("A run that fails half-way leaves nothing") {
  const Shell here;
  here.change("cfg/backtests/crossing.yaml", "- product: SPY\n    generate: {count: 6000}",
              "- product: SPY\n    file: spy.csv");
  here.write("cfg/backtests/spy.csv",
             "ts_utc,open,high,low,close,volume\n2024-01-02T00:00:00Z,1,1,1,1,5\n2024-01-02T00:01:00Z,1,oops,1,1,5\n");
  const Ended failed = here.backtest("--out out");
  CHECK(failed.code == 1);
  CHECK(failed.err.find("spy.csv line 3") != std::string::npos);
  CHECK_FALSE(fs::exists(here.path("out")));
  here.write("cfg/backtests/spy.csv",
             "ts_utc,open,high,low,close,volume\n2024-01-02T00:01:00Z,1,1,1,1,5\n2024-01-02T00:00:00Z,1,1,1,1,5\n");
  CHECK(here.backtest("--out out").err.find("not in the order of time") != std::string::npos);
  here.write("cfg/backtests/spy.csv", "ts_utc,open,high,low,close,volume\n2024-01-02T00:01:00Z,1,1,0.5,2,5\n");
  CHECK(here.backtest("--out out").err.find("the high is not the highest") != std::string::npos);
}

TEST_CASE("matches-only writes matches that are equal to those of a full run, and no journal") {
  const Shell here;
  REQUIRE(here.backtest("--out full").code == 0);
  REQUIRE(here.backtest("--out few --mode matches-only").code == 0);
  const auto full = here.files("full"), few = here.files("few");
  CHECK(few.at("matches.csv") == full.at("matches.csv"));
  CHECK(few.at("trades.csv") == full.at("trades.csv"));
  CHECK_FALSE(few.contains("equity.csv"));
  CHECK_FALSE(few.contains("report.html"));
  CHECK_FALSE(few.contains("journal/demo.entries"));
}

TEST_CASE("The statistics are those of tally stats over the run's own equity") {
  const Shell here;
  REQUIRE(here.backtest("--out out").code == 0);
  const Ended stats = here.tally(
      "stats --equity out/equity.csv --zone Europe/Oslo --days calendar --periods-per-year 365 "
      "--initial-equity 150000 --json");
  REQUIRE(stats.code == 0);
  const json::value expected = json::parse(stats.out), found = json::parse(here.text("out/statistics.json"));
  std::size_t compared = 0;
  for (const auto& [name, value] : found.as_object())
    if (const json::value* other = expected.as_object().if_contains(name)) {
      CAPTURE(std::string(name));
      CHECK(*other == value);
      ++compared;
    }
  CHECK(compared == 22);
}

TEST_CASE("The report is one file: no script, nothing fetched, both colour schemes") {
  const Shell here;
  here.change("cfg/backtests/crossing.yaml", "backtest: crossing", "backtest: a<b");
  CHECK(here.backtest("--out out").code == 2);  // no such name
  here.change("cfg/backtests/crossing.yaml", "backtest: a<b", "backtest: crossing");
  REQUIRE(here.backtest("--out out").code == 0);
  const std::string page = here.text("out/report.html");
  for (const char* foreign : {"<script", "http://", "https://", "@import", "url("})
    CHECK(page.find(foreign) == std::string::npos);
  for (const char* part :
       {"prefers-color-scheme:dark", "name=\"viewport\"", "<h2>Strategies</h2>", "<h2>Investors</h2>", "<h2>Inputs</h2>",
        "aria-label=\"Equity\"", "aria-label=\"Drawdown\"", "aria-label=\"BTC-USD\"", "crossing-spy"})
    CHECK(page.find(part) != std::string::npos);
  CHECK(page.find(">nan<") == std::string::npos);
  json::parse(here.text("out/report.json"));
}

TEST_CASE("A sweep is the same with one thread and with three, and each of its runs is the run alone") {
  const Shell here;
  const std::string sweep = "--sweep crossing.fast=20:40:10 --sweep crossing.slow=100:200:100 ";
  REQUIRE(here.backtest(sweep + "--jobs 1 --out one").code == 0);
  REQUIRE(here.backtest(sweep + "--jobs 3 --out three").code == 0);
  CHECK(here.files("one") == here.files("three"));
  const std::string table = here.text("one/sweep.csv");
  CHECK(lines_of(table) == 7);
  CHECK(table.find("\n1,20,100,1,") != std::string::npos);
  CHECK(table.find("\n6,40,200,1,") != std::string::npos);
  const Ended alone = here.backtest("--param crossing.fast=40 --param crossing.slow=200 --json --out alone");
  REQUIRE(alone.code == 0);
  const std::string last = table.substr(table.find("\n6,") + 1);
  CHECK(last.find(json::parse(alone.out).at("final_equity").as_string().c_str()) != std::string::npos);
  CHECK(here.backtest("--sweep none=1:2:1 --out x").err.find("no strategy has such a parameter") != std::string::npos);
  CHECK(here.backtest("--sweep fast=1:2:1 --out x").code == 2);  // below its minimum
}

TEST_CASE("A walk forward chooses in the train window and judges in the test window alone") {
  const Shell here;
  const std::string asked = "--sweep crossing.fast=20:60:20 --statistic total_return --walk-forward 2d:1d --jobs 2 ";
  const Ended ended = here.backtest(asked + "--json --out walk");
  REQUIRE(ended.code == 0);
  const json::array rows = json::parse(ended.out).at("rows").as_array();
  REQUIRE(rows.size() == 2);  // 6,000 minutes are 4.17 days
  for (const json::value& row : rows) {
    const std::string from = row.at("train_from").as_string().c_str(), until = row.at("test_from").as_string().c_str();
    const Ended trained =
        here.backtest("--sweep crossing.fast=20:60:20 --json --overwrite --out train --from " + from + " --until " + until);
    REQUIRE(trained.code == 0);
    double best = -1e9;
    std::string chosen;
    const json::array trials = json::parse(trained.out).at("rows").as_array();
    for (const json::value& one : trials)
      if (const double value = std::stod(one.at("total_return").as_string().c_str()); value > best) {
        best = value;
        chosen = one.at("crossing.fast").as_string().c_str();
      }
    CHECK(std::string(row.at("crossing.fast").as_string()) == chosen);
    CHECK(std::stod(row.at("train_total_return").as_string().c_str()) == best);
  }
  const Ended shorter = here.backtest(asked + "--until 2024-01-05T00:00:00Z --json --out short");
  CHECK(json::parse(shorter.out).at("rows").as_array().at(0) == rows[0]);  // what came later was not seen
  CHECK(here.backtest("--walk-forward 30d:1d --out x").code == 2);
}

TEST_CASE("A run that is interrupted writes what it has, marked incomplete") {
  const Shell here;
  here.change("cfg/backtests/crossing.yaml", "generate: {count: 6000}", "generate: {count: 3000000}");
  here.change("cfg/backtests/crossing.yaml", "{fast: 45, slow: 240, stop: 0.02}", "{fast: 2, slow: 3}");
  here.change("cfg/strategies/crossing.yaml", "rate_limit: {openings: 6, per: 1h}", "");
  const Ended ended = here.shell("(" TALLY_BINARY_DIR
                                 "/tally backtest --config cfg/backtests/crossing.yaml --json --out out & "
                                 "while [ ! -s .out.part/trades.csv ]; do sleep 0.05; done; kill -INT $!; wait $!)");
  REQUIRE(ended.code == 8);
  const json::value said = json::parse(ended.out);
  CHECK_FALSE(said.at("complete").as_bool());
  CHECK_FALSE(json::parse(here.text("out/run.json")).at("complete").as_bool());
  CHECK(here.text("out/report.html").find("incomplete") != std::string::npos);
  CHECK(lines_of(here.text("out/matches.csv")) > 1);
}
