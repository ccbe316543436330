// Every recording of a book, replayed: the top levels of each second equal golden_depth to the byte.
#include <boost/json.hpp>
#include <map>

#include "tests/recorded_bars/program.hpp"

using namespace tally;

TEST_CASE("The book after each second equals every file of golden_depth to the byte") {
  if (recordings_are_missing("golden_depth")) return;
  std::size_t files = 0;
  for (const auto& golden : std::filesystem::directory_iterator(recorded / "golden_depth")) {
    std::string name = golden.path().stem().string();
    CAPTURE(name);
    REQUIRE(name.ends_with("_top5"));
    name.resize(name.size() - 5);
    ++files;
    Workplace here;
    const Ended ended = here.tally("book --depth " + (recorded / "depth" / (name + ".csv.gz")).string() + " --top 5 --out " +
                                   here.path("out.csv").string());
    REQUIRE(ended.err.empty());
    REQUIRE(ended.code == 0);
    std::ifstream in(golden.path(), std::ios::binary);
    std::stringstream expected;
    expected << in.rdbuf();
    CHECK(here.text("out.csv") == expected.str());
  }
  CHECK(files == 2);
}

TEST_CASE("The recorded feeds have no gap, and drop what their snapshot holds already") {
  if (recordings_are_missing("depth")) return;
  struct Known {
    std::int64_t applied, older;
  };
  const std::map<std::string, Known> recordings = {{"BTCUSDT_binance_spot_2024-08-08.csv.gz", {3'449, 2}},
                                                   {"BTCUSD_PERP_binance_coinm_2024-08-08.csv.gz", {14'529, 23}}};
  for (const auto& [file, known] : recordings) {
    CAPTURE(file);
    Workplace here;
    const Ended ended = here.tally("book --json --depth " + (recorded / "depth" / file).string());
    REQUIRE(ended.code == 0);
    const auto out = boost::json::parse(ended.out).as_object();
    const auto& depth = out.at("depth").as_object();
    CHECK(out.at("state").as_string() == "synchronized");
    CHECK(out.at("book").as_string() == "two_sided");
    CHECK(depth.at("applied").to_number<std::int64_t>() == known.applied);
    CHECK(depth.at("older_than_snapshot").to_number<std::int64_t>() == known.older);
    CHECK(depth.at("snapshots").to_number<std::int64_t>() == 1);
    for (const char* const none :
         {"gaps", "duplicates", "out_of_order", "overlapping", "malformed", "crossed", "locked", "one_sided", "empty",
          "zero_price", "negative_quantity", "beyond_depth", "old_snapshots"})
      CHECK(depth.at(none).to_number<std::int64_t>() == 0);
    CHECK(out.at("arrivals").as_object().at("backwards").to_number<std::int64_t>() == 0);
  }
}

TEST_CASE("A recording with an update cut out ends gapped, and with the rows of no second after it") {
  if (recordings_are_missing("depth")) return;
  Workplace here;
  const std::string whole = Csv::cut(recorded / "depth/BTCUSD_PERP_binance_coinm_2024-08-08.csv.gz", 0, 12'000);
  // Seq 173 is an update of the second that ends with 228 in golden_depth.
  std::string cut, line;
  std::istringstream lines(whole);
  while (std::getline(lines, line))
    if (!line.starts_with("173,")) cut += line + '\n';
  REQUIRE(cut.size() < whole.size());
  const Ended ended =
      here.tally("book --json --depth " + here.file("cut.csv", cut) + " --out " + here.path("out.csv").string());
  CHECK(ended.code == 6);
  CHECK(ended.err.find("gapped") != std::string::npos);
  CHECK(boost::json::parse(ended.out).as_object().at("depth").as_object().at("gaps").to_number<int>() == 1);
  std::string out = here.text("out.csv");
  CHECK(std::count(out.begin(), out.end(), '\n') == 2);  // the header and the first second
}
