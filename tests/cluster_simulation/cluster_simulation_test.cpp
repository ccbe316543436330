// Bounded in ctest; longer with TALLY_SIMULATION_SEEDS=COUNT and TALLY_SIMULATION_FIRST=SEED (docs/simulation.md).
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <iostream>

#include "tests/catch.hpp"
#include "tests/cluster_simulation/cluster_world.hpp"

using namespace tally::cluster_simulation;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t seeds_in_ctest = 30;
#else
constexpr std::uint64_t seeds_in_ctest = 300;
#endif

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::stoull(text) : otherwise;
}

std::string replay(std::uint64_t seed) {
  return "TALLY_SIMULATION_TRACE=1 TALLY_SIMULATION_FIRST=" + std::to_string(seed) + " TALLY_SIMULATION_SEEDS=1 " TALLY_BINARY_DIR
         "/test_cluster_simulation";
}

}  // namespace

TEST_CASE("Whatever goes wrong between disks, nodes and the venue, the account has one history and the venue no order twice") {
  spdlog::set_level(spdlog::level::off);
  const std::uint64_t first = number("TALLY_SIMULATION_FIRST", 1);
  const std::uint64_t count = number("TALLY_SIMULATION_SEEDS", seeds_in_ctest);
  Outcome sum;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + count && failed < 10; ++seed) {
    const Outcome outcome = ClusterWorld(seed).run();
    if (!outcome.failure.empty()) {
      ++failed;
      std::cout << "seed " << seed << " at " << outcome.ended_at / ms << " ms: " << outcome.failure << "\n  " << replay(seed) << std::endl;
    }
    // The same world again: each one in ctest, every tenth in the long mode.
    if (count <= seeds_in_ctest || seed % 10 == 0) {
      if (ClusterWorld(seed).run().trace != outcome.trace) {
        ++failed;
        std::cout << "seed " << seed << " is not the same world twice\n  " << replay(seed) << std::endl;
      }
    }
    sum.add(outcome);
  }
  std::cout << count << " seeds from " << first << ": " << sum.counts() << "; " << failed << " failed\n";
  CHECK(failed == 0);
  CHECK(sum.acknowledged > 0);
  CHECK(sum.fills > 0);
}
