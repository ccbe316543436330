// `tally lots` and `tally stats` as processes: what people and scripts see.
#include <boost/json.hpp>

#include "app/exit_code.hpp"
#include "messages/decimal.hpp"
#include "tests/catch.hpp"
#include "tests/ended.hpp"
#include "tests/reports/report_files.hpp"

using namespace tally;
namespace json = boost::json;

namespace {

class Folder {
 public:
  std::string file(const std::string& name) const { return (directory_.path() / name).string(); }
  Ended run(const std::string& command) const { return run_command(command, directory_.path()); }
  Ended tally(const std::string& arguments) const { return run(TALLY_BINARY_DIR "/tally " + arguments); }

 private:
  TemporaryDirectory directory_;
};

const std::string fills =
    "trade_id,ts_utc,symbol,side,qty,price,fee,currency,multiplier\n"
    "1,2024-01-02T09:00:00Z,ES,buy,2,4700.25,4.50,USD,50\n"
    "2,2024-01-02T10:00:00Z,ES,sell,3,4710.25,6.75,USD,50\n";

// Twenty days around a change of the clocks, one of them without a row.
std::string equity() {
  std::string rows = "ts_utc,equity\n";
  for (int day = 10; day < 31; ++day)
    if (day != 17)
      for (const char* hour : {"T08:00:00Z", "T22:59:59.5Z", "T23:00:00.000Z"})
        rows += "2024-03-" + std::to_string(day) + hour + "," +
                std::to_string(100'000 + (day * 7919) % 1'300 + hour[2] * 10) + ".50\n";
  return rows;
}

const std::string example = "python3 " TALLY_SOURCE_DIR "/examples/equity_metrics.py ";

bool has_python() {
  return std::system("python3 -c 'import zoneinfo; zoneinfo.ZoneInfo(\"Europe/Oslo\")' > /dev/null 2>&1") == 0;
}

}  // namespace

TEST_CASE("tally lots writes the four files and prints the totals, as a table and as JSON") {
  const Folder folder;
  write_text(folder.file("day_trades.csv"), fills);
  const Ended table = folder.tally("lots --fills " + folder.file("day_trades.csv") + " --out " + folder.file("books"));
  CHECK(table.code == exit_done);
  CHECK(table.out.find("1000.00") != std::string::npos);
  CHECK(table.out.find("2 trades, 0 repeats left out, 1 matches, 1 open lots") != std::string::npos);
  CHECK(lines_in(folder.file("books/matches.csv"))[1] == "2,1,ES,long,2,4700.25,4710.25,1000.00,USD,4.5,4.5,991.0");
  CHECK(lines_in(folder.file("books/after_each_trade.csv"))[2] == "2,ES,-1,2,1,1000.00,1000.00,11.25,-235512.50,4710.25,1,0");
  CHECK(lines_in(folder.file("books/open_lots.csv"))[1] == "ES,2,short,1,4710.25,2024-01-02T10:00:00Z");

  const Ended asked = folder.tally("lots --json --fills " + folder.file("day_trades.csv") + " --out " + folder.file("books"));
  const json::value parsed = json::parse(asked.out);
  CHECK(parsed.at("list") == "day");
  CHECK(parsed.at("rollup").at(0).at("realized_net") == "988.75");
}

TEST_CASE("tally lots says on one line which line of the fills is wrong, with the code of wrong usage") {
  const Folder folder;
  write_text(folder.file("bad.csv"), fills + "3,2024-01-02T11:00:00Z,ES,sell,3,-1.00,6.75,USD,50\n");
  const Ended ended = folder.tally("lots --fills " + folder.file("bad.csv") + " --out " + folder.file("books"));
  CHECK(ended.code == exit_usage);
  CHECK(ended.out.empty());
  CHECK(ended.err == "tally: " + folder.file("bad.csv") + ":4: price is below zero (--negative-prices allows it)\n");
  CHECK(folder.tally("lots --fills " + folder.file("no.csv") + " --out " + folder.file("books")).code == exit_usage);
  CHECK(folder.tally("lots --fills " + folder.file("bad.csv")).code == exit_usage);
}

TEST_CASE("tally stats prints every figure, refuses what it cannot mean, and writes the daily closes") {
  const Folder folder;
  write_text(folder.file("equity_mine.csv"), equity());
  const std::string asked = "stats --equity " + folder.file("equity_mine.csv") + " --days calendar --periods-per-year 365";
  const Ended table = folder.tally(asked + " --buckets " + folder.file("days.csv"));
  CHECK(table.code == exit_done);
  CHECK(table.out.find("sharpe") != std::string::npos);
  CHECK(lines_in(folder.file("days.csv")).size() == 1 + 22);
  CHECK(lines_in(folder.file("days.csv"))[0].find("oslo_date") != std::string::npos);

  const Ended made = folder.tally(asked + " --risk-free 0.02 --json");
  const json::value stats = json::parse(made.out);
  CHECK(stats.at("series") == "mine");
  CHECK(stats.at("days") == 22);
  CHECK(Money::parse(std::string_view(stats.at("initial_equity").as_string())) ==
        Money::parse(lines_in(folder.file("equity_mine.csv"))[1].substr(21)));
  CHECK(stats.at("sharpe").is_double());

  const std::string file = " --equity " + folder.file("equity_mine.csv");
  for (const std::string wrong : {" --days weekly --periods-per-year 365", " --days calendar",
                                  " --days calendar --periods-per-year 0",
                                  " --days calendar --periods-per-year 252 --zone Europe/Nowhere",
                                  " --days calendar --periods-per-year 252 --risk-free -1",
                                  " --days calendar --periods-per-year 252 --initial-equity 0",
                                  " --days calendar --periods-per-year 252 --initial-equity much"}) {
    CAPTURE(wrong);
    const Ended ended = folder.tally("stats" + file + wrong);
    CHECK(ended.code == exit_usage);
    CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
  }
}

TEST_CASE("The figures are those that Python's standard library finds over the same file") {
  if (!has_python()) {
    std::cout << "SKIPPED: needs python3 with zoneinfo\n";
    return;
  }
  const Folder folder;
  write_text(folder.file("equity.csv"), equity());
  std::vector<std::string> files{folder.file("equity.csv")};
  const auto recorded = reference_folder("golden_stats");
  if (std::filesystem::exists(recorded))
    for (const auto& found : std::filesystem::directory_iterator(recorded))
      if (found.path().filename().string().starts_with("equity_")) files.push_back(found.path().string());
  for (const std::string& file : files)
    for (const char* terms :
         {"--days calendar --periods-per-year 365", "--days observed --periods-per-year 252 --risk-free 0.03"}) {
      CAPTURE(file, terms);
      const Ended stats = folder.tally("stats --json --equity " + file + " " + terms + " --initial-equity 99999.5");
      REQUIRE(stats.code == exit_done);
      write_text(folder.file("stats.json"), stats.out);
      const Ended ended = folder.run(example + file + " --stats " + folder.file("stats.json"));
      CHECK(ended.code == 0);
      CHECK(ended.out.find("every figure is equal") != std::string::npos);
    }
  // It can tell a difference.
  std::string altered = text_in(folder.file("stats.json"));
  altered.replace(altered.find("\"days\":"), 8, "\"days\":9");
  write_text(folder.file("stats.json"), altered);
  CHECK(folder.run(example + files.back() + " --stats " + folder.file("stats.json")).code == 1);
}
