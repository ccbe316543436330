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
  run_histories(1, 60, 400, {}, totals);
  CHECK(totals.fills > 1'000);
  CHECK(totals.crosses > 100);
  CHECK(totals.entries > 50'000);
}
