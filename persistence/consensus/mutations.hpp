// Deliberate defects, for the tests that show that the scenarios and the simulation notice each of them. They exist
// only where TALLY_MUTATIONS is defined, which no library of the product does; elsewhere `mutated` is a constant.
#pragma once

namespace tally::consensus {

enum class Mutation {
  none,
  commits_old_terms_by_counting,
  claims_more_than_matched,
  hears_replies_of_older_terms,
  counts_itself_before_durable,
  answers_before_durable,
  campaigns_on_an_unpersisted_tail,
  sole_voter_keeps_its_term,
  takes_any_members_into_a_base,
  keeps_members_of_truncated_entries,
  hides_terms_in_pre_vote_refusals,
  ignores_appends_below_its_base,
  changes_members_before_own_commit,
  changes_members_twice_at_once,
  only_voters_vote,
  leads_without_a_disk,
  leads_without_a_quorum,
  votes_twice_in_a_term,
  votes_for_older_logs,
  suspects_vote,
  counts_suspects,
  reads_without_a_round,
  trusts_any_chain,
  transfers_before_durable,
  window_without_bound,
  lease_without_waiting_out,
  lease_on_the_monotonic_clock,
};

#ifdef TALLY_MUTATIONS
inline Mutation active_mutation = Mutation::none;
inline bool mutated(Mutation mutation) { return active_mutation == mutation; }
#else
constexpr bool mutated(Mutation) { return false; }
#endif

}  // namespace tally::consensus
