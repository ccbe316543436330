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

// Those that no seed has noticed so far (docs/simulation.md): tried in the long mode.
constexpr Named unnoticed[] = {
    {Defect::trusts_the_watermark_less, "opening ignores that entries are missing"},
    {Defect::trusts_the_promises_less, "opening ignores that promises are missing"},
    {Defect::marks_ahead_of_the_sync, "a mark rises before the sync"},
    {Defect::marks_unsynced, "a mark that is lowered comes back with the power"},
    {Defect::accepts_a_loss_at_once, "a loss is accepted before the doubt about it is on disk"},
    {Defect::founds_over_a_loss, "a log that is gone is begun anew"},
    {Defect::hears_former_sessions, "packets of former sessions are heard"},
    {Defect::joins_frames_over_a_loss, "a frame goes on over a lost packet"},
    {Defect::waits_without_bound, "what waits for a peer has no bound"},
    {Defect::acts_without_the_lease, "effects leave without the lease"},
    {Defect::hears_commits_of_other_leaders, "a deposed leader hears commits of its successor"},
};

std::string by_seed() {
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed)
    if (const auto outcome = ClusterWorld(seed).run(); !outcome.failure.empty()) return "seed " + std::to_string(seed) + ": " + outcome.failure;
  return "";
}

std::string noticed(const Named& named) {
  replication::active_defect = named.defect;
  const std::string by = by_seed();
  replication::active_defect = Defect::none;
  std::cout << named.name << "\n    " << (by.empty() ? "no seed up to " + std::to_string(seeds_max) : by) << std::endl;
  return by;
}

}  // namespace

TEST_CASE("Each defect of the journal, the session and the effect gate is noticed by a seed") {
  spdlog::set_level(spdlog::level::off);
  for (const Named& named : defects) {
    CAPTURE(named.name);
    CHECK(noticed(named) != "");
  }
}

TEST_CASE("Defects that no seed has noticed so far", "[.long]") {
  spdlog::set_level(spdlog::level::off);
  for (const Named& named : unnoticed) noticed(named);
  SUCCEED();
}
