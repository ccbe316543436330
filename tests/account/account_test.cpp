#include <cstdlib>

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

// TALLY_SEED=n runs that one history alone.
void run_histories(std::uint64_t first, std::uint64_t count, int steps, HistoryOptions options, Totals& totals) {
  if (const char* seed = std::getenv("TALLY_SEED")) {
    first = std::strtoull(seed, nullptr, 10);
    count = 1;
  }
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto where = [&](int step) { return "TALLY_SEED=" + std::to_string(seed) + ", step " + std::to_string(step) + ": "; };
    int step = 0;
    try {
      History history(seed, options);
      Laws laws(history.rig);
      for (; step < steps; ++step) {
        history.step();
        if (const std::string law = laws.broken(); !law.empty()) FAIL(where(step) << law);
      }
      if (const std::string difference = laws.replay_differs(); !difference.empty()) FAIL(where(step) << difference);
      history.settle();
      if (const std::string law = laws.broken(); !law.empty()) FAIL(where(-1) << law);
      if (const std::string law = laws.unfinished(); !law.empty()) FAIL(where(-1) << law);
      if (const std::string difference = laws.replay_differs(); !difference.empty()) FAIL(where(-1) << difference);
      totals.fills += laws.fills();
      totals.crosses += laws.crosses();
      totals.entries += history.rig.journal().end(history.rig.shard());
    } catch (const std::exception& error) {
      FAIL(where(step) << error.what());
    }
  }
}

}  // namespace

TEST_CASE("Over random lives of an account every unit stays in one place, every position has its fills, and replay is exact") {
  Totals totals;
  run_histories(1, 400, 500, {}, totals);
  INFO(totals.fills << " fills, " << totals.crosses << " crosses, " << totals.entries << " entries");
  CHECK(totals.fills > 10'000);
  CHECK(totals.crosses > 1'000);
  CHECK(totals.entries > 300'000);
}

TEST_CASE("The same holds while entities fail and are rebuilt in the middle of it, and their failures leave no trace") {
  Totals totals;
  HistoryOptions options;
  options.entity_failures = true;
  run_histories(100'001, 100, 500, options, totals);
  CHECK(totals.fills > 2'000);
}
