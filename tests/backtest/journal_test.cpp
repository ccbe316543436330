// A backtest's journal on disk: the entries that were appended, and an account like any other.
#include <boost/json.hpp>

#include "app/backtest/entry_file.hpp"
#include "tests/backtest/stage.hpp"

using namespace tally;
using namespace tally::backtest;

namespace {

// The example, shortened, in a directory of its own.
class Ran : public Place {
 public:
  Ran() {
    change("cfg/backtests/crossing.yaml", "generate: {count: 43200}      # thirty days", "generate: {count: 3000}");
    change("cfg/backtests/crossing.yaml", "generate: {count: 43200}", "generate: {count: 3000}");
    REQUIRE(tally("backtest --config cfg/backtests/crossing.yaml --out run").code == 0);
  }
  Ended tally(const std::string& arguments) const {
    return run_command("cd " + path("").string() + " && " TALLY_BINARY_DIR "/tally " + arguments, path(""));
  }
};

}  // namespace

TEST_CASE("The file of entries holds what was appended, entry by entry") {
  const Ran ran;
  const Config config = ran.config();
  Kept kept(config);
  kept.over(config);
  for (const char* name : {"demo", "venue%2Fpaper", "strategies"}) {
    EntryFile file(ran.path("run/journal/" + std::string(name) + ".entries"));
    Offset read = 0;
    for (Entry entry; file.next(entry);) REQUIRE(entry.offset == ++read);
    CHECK(read == kept.journal.end(file.shard()));
    CHECK(read > 5);
  }
}

TEST_CASE("A backtest's journal becomes an account on which every view works, and whose decisions come out again") {
  const Ran ran;
  REQUIRE(ran.tally("journal import --data bt run/journal").code == 0);
  const Ended statement = ran.tally("statement --data bt --json");
  REQUIRE(statement.code == 0);
  CHECK(statement.parsed().at("conservation").at("holds").as_bool());
  CHECK(ran.tally("replay --verify --data bt").code == 0);
  CHECK(ran.tally("journal verify --data bt").code == 0);
  const Ended trace = ran.tally("trace 'ann-btc#1' --data bt");
  CHECK(trace.code == 0);
  CHECK(trace.out.find("OrderFilled") != std::string::npos);
  CHECK(ran.tally("journal import --data bt run/journal").code == 1);  // it has entries already
}

TEST_CASE("A file of entries that was cut off or damaged is refused, and says where") {
  const Ran ran;
  const std::string name = "run/journal/demo.entries", whole = ran.text(name);
  std::size_t refused = 0;
  for (std::size_t at = 30; at < whole.size(); at += whole.size() / 40) {
    CAPTURE(at);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    for (const std::string& text : {whole.substr(0, at), damaged}) {
      ran.write(name, text);
      EntryFile file(ran.path(name));
      try {
        for (Entry entry; file.next(entry);) {}
      } catch (const JournalError& error) {
        ++refused;
        CHECK(std::string(error.what()).find("demo.entries: entry ") != std::string::npos);
      }
    }
  }
  CHECK(refused >= 78);  // all but a cut that falls between two entries
}
