// The main job as a person starts it: the program, a data directory, an exit code and a closing note.
#include <sys/wait.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/catch.hpp"

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const std::string tally = TALLY_BINARY_DIR "/tally";
const fs::path recorded = fs::path(TALLY_SOURCE_DIR) / "../shared/data/bars_1m";

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("tally-job-" + std::to_string(getpid()))) { fs::remove_all(path_); }
  ~Folder() { fs::remove_all(path_); }
  std::string data() const { return (path_ / "data").string(); }
  std::string file(const char* name) const {
    fs::create_directories(path_);
    return (path_ / name).string();
  }

 private:
  fs::path path_;
};

int run(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t happened(const json::value& note, const char* what) {
  return note.at("happened").at(what).to_number<std::uint64_t>();
}

}  // namespace

TEST_CASE("The job lives through an entity's failure and its own death, and every unit, byte and decision is where it belongs") {
  Folder folder;
  const std::string out = folder.file("note.json");
  REQUIRE(run(tally + " run --json --bars-count 480 --data " + folder.data() + " > " + out + " 2> " + folder.file("err.txt")) ==
          0);
  const json::value note = json::parse(text_of(out));
  CHECK(note.at("sound").as_bool());
  CHECK(note.at("statement").at("investors").as_array().size() >= 5);
  CHECK(note.at("starts").as_array().size() == 2);
  CHECK(note.at("restarts").as_array().size() >= 1);
  CHECK(happened(note, "risk_rejections") > 0);
  CHECK(happened(note, "provider_rejections") > 0);
  CHECK(happened(note, "partial_fills") > 0);
  CHECK(happened(note, "complete_crosses") > 0);
  CHECK(happened(note, "flats_without_position") > 0);
  CHECK(happened(note, "reductions_for_withdrawals") > 0);
  CHECK(happened(note, "drifts") > 0);
  CHECK(happened(note, "drifts_resolved") > 0);
  CHECK(happened(note, "commands_denied") > 0);
  for (const char* command :
       {"statement", "statement ann --json", "tree", "order list", "journal verify", "replay --verify", "trace 'ann-btc#1'"}) {
    INFO(command);
    CHECK(run(tally + " " + command + " --data " + folder.data() + " > /dev/null") == 0);
  }
}

TEST_CASE("A job that is started again where it ended does nothing twice") {
  Folder folder;
  const std::string first = folder.file("first.json"), second = folder.file("second.json");
  REQUIRE(run(tally + " run --json --bars-count 240 --data " + folder.data() + " > " + first + " 2> /dev/null") == 0);
  REQUIRE(run(tally + " run --json --keep --bars-count 240 --data " + folder.data() + " > " + second + " 2> /dev/null") == 0);
  const json::value before = json::parse(text_of(first)), after = json::parse(text_of(second));
  CHECK(happened(before, "signals") == happened(after, "signals"));
  CHECK(happened(before, "fills") == happened(after, "fills"));
  CHECK(before.at("statement").at("investors") == after.at("statement").at("investors"));
}

TEST_CASE("The job never clears a directory that it did not make") {
  Folder folder;
  fs::create_directories(folder.data());
  std::ofstream(folder.data() + "/precious.txt") << "mine";
  CHECK(run(tally + " run --bars-count 240 --data " + folder.data() + " > /dev/null 2>&1") == 2);
  CHECK(fs::exists(folder.data() + "/precious.txt"));
}

TEST_CASE("The job runs over recorded bars of BTC-USD, EUR-USD and SPY") {
  if (!fs::exists(recorded)) {
    std::cout << "SKIPPED: needs ../shared/data\n";
    return;
  }
  Folder folder;
  const std::string out = folder.file("note.json");
  const std::string bars = " --bars BTC-USD=" + (recorded / "crypto/BTCUSD_coinbase_trade.csv.gz").string() +
                           " --bars EUR-USD=" + (recorded / "forex/EURUSD_oanda_quote.csv.gz").string() +
                           " --bars SPY=" + (recorded / "equity_us/SPY_trade_2013-10-04_2013-10-11.csv.gz").string();
  REQUIRE(run(tally + " run --json --bars-count 1200 --data " + folder.data() + bars + " > " + out + " 2> " +
              folder.file("err.txt")) == 0);
  const json::value note = json::parse(text_of(out));
  CHECK(note.at("sound").as_bool());
  CHECK(happened(note, "fills") > 100);
  REQUIRE(run(tally + " statement ann --data " + folder.data() + " > " + folder.file("ann.txt")) == 0);
  std::cout << "One investor of the job over recorded bars:\n" << text_of(folder.file("ann.txt"));
}
