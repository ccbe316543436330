#include "tests/consensus/scenarios.hpp"

namespace tally::consensus {
namespace {

constexpr Scenario all[] = {
    {1, old_terms_are_not_counted},
    {2, answers_claim_what_is_durable},
    {3, commit_follows_a_majority_of_disks},
    {4, nothing_rests_on_an_unpersisted_tail},
    {5, a_sole_voter_begins_a_new_term},
    {6, configurations_roll_back},
    {7, refusals_name_terms},
    {8, a_base_ahead_of_the_leader},
    {9, one_change_at_a_time},
    {10, voters_by_the_candidates_book},
    {11, a_failed_write_ends_the_leader},
    {12, leaders_let_go},
    {13, other_histories_stop},
    {14, disks_that_forgot},
    {15, one_vote_a_term},
    {16, one_lease_at_a_time},
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

}  // namespace tally::consensus
