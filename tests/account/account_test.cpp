#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>

#include "messages/json.hpp"
#include "tests/account/history.hpp"
#include "tests/account/laws.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::account;

namespace {

struct Totals {
  std::uint64_t fills = 0;
  std::uint64_t crosses = 0;
  Offset entries = 0;
};

// What the failed history recorded, one entry a line, where TALLY_JOURNAL names a file.
void keep_journal(Stage& rig) {
  const char* file = std::getenv("TALLY_JOURNAL");
  if (!file) return;
  std::ofstream out(file);
  for_each_entry(rig.journal(), rig.shard(), 1, rig.journal().end(rig.shard()),
                 [&](const Entry& entry) { out << to_json(entry, rig.shard()) << '\n'; });
}

// TALLY_SEED=n runs that one history alone.
void run_histories(std::uint64_t first, std::uint64_t count, int steps, HistoryOptions options, Totals& totals) {
  if (const char* seed = std::getenv("TALLY_SEED")) {
    first = std::strtoull(seed, nullptr, 10);
    count = 1;
  }
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto where = [&](int step) { return "TALLY_SEED=" + std::to_string(seed) + ", step " + std::to_string(step) + ": "; };
    int step = 0;
    History history(seed, options);
    Laws laws(history.rig);
    const auto require = [&](const std::string& broken) {
      if (broken.empty()) return;
      keep_journal(history.rig);
      FAIL(where(step) << broken);
    };
    try {
      for (; step < steps; ++step) {
        history.step();
        require(laws.broken());
      }
      require(laws.replay_differs());
      history.settle();
      require(laws.broken());
      require(laws.unfinished());
      require(laws.replay_differs());
      totals.fills += laws.fills();
      totals.crosses += laws.crosses();
      totals.entries += history.rig.journal().end(history.rig.shard());
    } catch (const std::exception& error) {
      require(error.what());
    }
  }
}

}  // namespace

TEST_CASE("Over random lives of an account every unit stays in one place, every position has its fills, and replay is exact") {
  Totals totals;
  run_histories(1, 1'000, 500, {}, totals);
  INFO(totals.fills << " fills, " << totals.crosses << " crosses, " << totals.entries << " entries");
  CHECK(totals.fills > 20'000);
  CHECK(totals.crosses > 700);
  CHECK(totals.entries > 900'000);
}

TEST_CASE("The same holds while entities fail and are rebuilt in the middle of it, and their failures leave no trace") {
  Totals totals;
  HistoryOptions options;
  options.entity_failures = true;
  run_histories(100'001, 300, 500, options, totals);
  CHECK(totals.fills > 6'000);
}
