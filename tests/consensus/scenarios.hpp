// Histories in which real libraries lost or forked data. Each throws Broken where the core does the same. Their titles
// are in scenario_test.cpp, where each was found in docs/consensus.md.
#pragma once

#include <span>

namespace tally::consensus {

void old_terms_are_not_counted();
void answers_claim_what_is_durable();
void commit_follows_a_majority_of_disks();
void nothing_rests_on_an_unpersisted_tail();
void a_sole_voter_begins_a_new_term();
void configurations_roll_back();
void refusals_name_terms();
void a_base_ahead_of_the_leader();
void one_change_at_a_time();
void voters_by_the_candidates_book();
void a_failed_write_ends_the_leader();
void leaders_let_go();
void other_histories_stop();
void disks_that_forgot();
void one_vote_a_term();
void one_lease_at_a_time();

struct Scenario {
  int number;
  void (*run)();
};

std::span<const Scenario> scenarios();

}  // namespace tally::consensus
