// The simulation of the cluster must be able to fail: each deliberate defect of the journal, the session or the effect gate is noticed by
// a seed, and it prints by which.
#include <spdlog/spdlog.h>

#include <iostream>
#include <string>

#include "persistence/replication/mutations.hpp"
#include "tests/catch.hpp"
#include "tests/cluster_simulation/cluster_world.hpp"

using namespace tally;
using cluster_simulation::ClusterWorld;
using replication::Defect;

namespace {

constexpr std::uint64_t seeds_max = 1'000;

struct Named {
  Defect defect;
  const char* name;
};

constexpr Named defects[] = {
    {Defect::keeps_truncated_rows, "the journal keeps rows of entries that were dropped"},
    {Defect::keeps_truncated_marks, "the journal keeps marks of entries that were dropped"},
    {Defect::trusts_any_checksum, "nobody compares checksums"},
    {Defect::reports_before_the_sync, "a round is reported durable before it is"},
    {Defect::swallows_a_failed_sync, "a failed sync is reported as done"},
    {Defect::forgets_its_promises, "votes are not written"},
    {Defect::links_ahead_of_entries, "a link of the hash chain is on disk before its entries"},
    {Defect::takes_packets_twice, "a packet that came before is taken again"},
    {Defect::releases_older_terms, "the gate releases effects of older terms"},
    {Defect::releases_twice, "the gate releases an effect twice"},
};

std::string by_seed() {
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed)
    if (const auto outcome = ClusterWorld(seed).run(); !outcome.failure.empty()) return "seed " + std::to_string(seed) + ": " + outcome.failure;
  return "";
}

}  // namespace

TEST_CASE("Each defect of the journal, the session and the effect gate is noticed by a seed") {
  spdlog::set_level(spdlog::level::off);
  for (const Named& named : defects) {
    CAPTURE(named.name);
    replication::active_defect = named.defect;
    const std::string noticed = by_seed();
    replication::active_defect = Defect::none;
    std::cout << named.name << "\n    " << noticed << std::endl;
    CHECK(noticed != "");
  }
}
