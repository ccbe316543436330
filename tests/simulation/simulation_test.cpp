// Bounded in ctest; longer with TALLY_SIMULATION_SEEDS=COUNT and TALLY_SIMULATION_FIRST=SEED (docs/consensus.md).
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/catch.hpp"
#include "tests/simulation/world.hpp"

using namespace tally::simulation;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t seeds_in_ctest = 200;
#else
constexpr std::uint64_t seeds_in_ctest = 2'000;
#endif

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::stoull(text) : otherwise;
}

std::string replay(std::uint64_t seed) {
  const std::string which = "TALLY_SIMULATION_FIRST=" + std::to_string(seed) + " TALLY_SIMULATION_SEEDS=1 ";
  return "TALLY_SIMULATION_TRACE=1 " + which + TALLY_BINARY_DIR + "/test_simulation";
}

}  // namespace

TEST_CASE("Whatever goes wrong, nothing acknowledged is lost, nothing is decided twice, and the cluster goes on after it") {
  const std::uint64_t first = number("TALLY_SIMULATION_FIRST", 1);
  const std::uint64_t count = number("TALLY_SIMULATION_SEEDS", seeds_in_ctest);
  Outcome sum;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Outcome outcome = World(seed).run();
    if (!outcome.failure.empty()) {
      ++failed;
      std::cout << "seed " << seed << " at " << outcome.ended_at / ms << " ms: " << outcome.failure << "\n  " << replay(seed)
                << std::endl;
      if (failed == 10) break;
    }
    // The same world again: each one in ctest, every tenth in the long mode.
    if (count <= seeds_in_ctest || seed % 10 == 0) {
      const Outcome again = World(seed).run();
      if (again.trace != outcome.trace) {
        ++failed;
        std::cout << "seed " << seed << " is not the same world twice\n  " << replay(seed) << std::endl;
      }
    }
    sum.add(outcome);
  }
  std::cout << count << " seeds from " << first << ": " << sum.counts() << "; " << failed << " failed\n";
  CHECK(failed == 0);
  CHECK(sum.acknowledged > 0);
}
