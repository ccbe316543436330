// The scenarios and the simulation must be able to fail: each deliberate defect of the core is noticed by one of them.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "persistence/consensus/mutations.hpp"
#include "tests/catch.hpp"
#include "tests/consensus/scenarios.hpp"
#include "tests/simulation/world.hpp"

using namespace tally;
using consensus::Mutation;

namespace {

constexpr std::uint64_t seeds_max = 1'000;

struct Defect {
  Mutation mutation;
  const char* name;
};

constexpr Defect defects[] = {
    {Mutation::commits_old_terms_by_counting, "commits entries of old terms by counting"},
    {Mutation::claims_more_than_matched, "a follower claims more than what matched"},
    {Mutation::hears_replies_of_older_terms, "a leader hears answers of older terms"},
    {Mutation::counts_itself_before_durable, "a leader counts itself before its disk does"},
    {Mutation::answers_before_durable, "a follower answers and votes before its disk does"},
    {Mutation::campaigns_on_an_unpersisted_tail, "a candidate stands on an unpersisted tail and vote"},
    {Mutation::sole_voter_keeps_its_term, "a sole voter that restarts keeps its term"},
    {Mutation::takes_any_members_into_a_base, "an uncommitted configuration gets into a base"},
    {Mutation::keeps_members_of_truncated_entries, "a configuration does not roll back with its entry"},
    {Mutation::hides_terms_in_pre_vote_refusals, "a refused pre-vote hides the higher term"},
    {Mutation::ignores_appends_below_its_base, "a follower refuses appends from below its base"},
    {Mutation::changes_members_before_own_commit, "members change before an entry of the own term is committed"},
    {Mutation::changes_members_twice_at_once, "members change while another change is not committed"},
    {Mutation::only_voters_vote, "one that knows itself as no voter does not vote"},
    {Mutation::leads_without_a_disk, "a leader with a hung disk stays"},
    {Mutation::leads_without_a_quorum, "a leader without a quorum stays"},
    {Mutation::votes_twice_in_a_term, "a node votes twice in a term"},
    {Mutation::votes_for_older_logs, "a node votes for an older log"},
    {Mutation::suspects_vote, "a disk that forgot votes"},
    {Mutation::counts_suspects, "a leader counts a disk that forgot"},
    {Mutation::reads_without_a_round, "a leader answers reads without asking"},
    {Mutation::trusts_any_chain, "nobody compares chains"},
    {Mutation::transfers_before_durable, "a target is told to stand before it has everything"},
    {Mutation::window_without_bound, "the window of a follower has no bound"},
    {Mutation::lease_without_waiting_out, "a new leader does not wait the old lease out"},
    {Mutation::lease_on_the_monotonic_clock, "the lease is measured on a clock that sleeps"},
};

std::string by_scenario() {
  for (const consensus::Scenario& scenario : consensus::scenarios()) {
    try {
      scenario.run();
    } catch (const std::exception& broken) {
      return "scenario " + std::to_string(scenario.number) + ": " + broken.what();
    }
  }
  return "";
}

std::string by_seed() {
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed)
    if (const simulation::Outcome outcome = simulation::World(seed).run(); !outcome.failure.empty())
      return "seed " + std::to_string(seed) + ": " + outcome.failure;
  return "";
}

}  // namespace

// What the simulation finds without being told where to look; a long run: [.long], in docs/consensus.md.
TEST_CASE("The simulation alone against each defect", "[.long]") {
  const char* only = std::getenv("TALLY_MUTATION");
  for (const Defect& defect : defects) {
    if (only && std::string(defect.name).find(only) == std::string::npos) continue;
    consensus::active_mutation = defect.mutation;
    const std::string seed = by_seed();
    consensus::active_mutation = Mutation::none;
    std::cout << defect.name << "\n    " << (seed.empty() ? "no seed up to " + std::to_string(seeds_max) : seed) << std::endl;
  }
  SUCCEED();
}

TEST_CASE("Without a defect the mutated twin passes the scenarios") {
  consensus::active_mutation = Mutation::none;
  CHECK(by_scenario() == "");
}

TEST_CASE("Each defect is noticed by a scenario, or else by a seed") {
  for (const Defect& defect : defects) {
    CAPTURE(defect.name);
    consensus::active_mutation = defect.mutation;
    std::string noticed = by_scenario();
    if (noticed.empty()) noticed = by_seed();
    consensus::active_mutation = Mutation::none;
    std::cout << defect.name << "\n    " << noticed << '\n';
    CHECK(noticed != "");
  }
}
