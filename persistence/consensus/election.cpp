// Who leads: pre-votes, votes, and a candidate's way into office.
#include "persistence/consensus/core.hpp"

namespace tally::consensus {

bool Core::hears_a_leader() const {
  return leads() || (leader_ != nobody && now_ - heard_leader_at_ < settings_.election_min);
}

bool Core::up_to_date(const VoteRequest& request) const {
  if (mutated(Mutation::votes_for_older_logs)) return true;
  if (request.last_term != log_.last_term()) return request.last_term > log_.last_term();
  return request.last_index >= log_.last();
}

// Stands only on what is durable: a tail that the next crash may take must win nobody's vote.
void Core::campaign(bool pre, bool forced) {
  if (hard_.suspect && !mutated(Mutation::suspects_vote)) return;
  if (!nothing_unsaved() && !mutated(Mutation::campaigns_on_an_unpersisted_tail)) return;
  become_follower(hard_.term, nobody);
  pre_ = pre;
  forced_ = forced;
  own_vote_durable_ = pre;
  Term asked = hard_.term + 1;
  Ticket after = 0;
  if (!pre) {
    const bool keeps = mutated(Mutation::sole_voter_keeps_its_term) && voters_in(members()) == 1 && hard_.vote == settings_.self;
    if (!keeps) ++hard_.term;
    hard_.vote = settings_.self;
    save_hard_state();
    own_vote_ticket_ = after = everything_so_far();
    asked = hard_.term;
    election_at_ = now_ + patience();
    ++candidacies_;
  }
  if (mutated(Mutation::campaigns_on_an_unpersisted_tail)) after = 0, own_vote_durable_ = true;
  set_role(Role::candidate);
  const VoteRequest request{pre, forced, log_.last(), log_.last_term()};
  for (const Member& member : members())
    if (votes(member)) send_as(asked, member.id, request, after);
  count_votes();
}

void Core::count_votes() {
  std::size_t count = own_vote_durable_ && (am(Duty::voter) || am(Duty::witness)) ? 1 : 0;
  for (const NodeId id : granted_)
    if (const Member* member = find(members(), id); member && votes(*member)) ++count;
  if (count < majority_of(members())) return;
  if (pre_) campaign(false, false);
  else become_leader();
}

void Core::become_leader() {
  leader_ = settings_.self;
  candidacies_ = 0;
  granted_.clear();
  followers_.clear();
  round_ = confirmed_ = 0;
  ahead_of_candidates_ = false;
  track_members();
  set_role(am(Duty::witness) ? Role::relay : Role::leader);
  // Nothing of older terms is committed by counting; this entry brings it along.
  append_entry(EntryKind::noop, std::make_shared<const std::vector<std::byte>>());
  begin_round();
  advance_commit();
}

void Core::on(const Message& message, const VoteRequest& request) {
  // Whoever hears its leader lets nobody disturb it, unless that leader itself asked for the change.
  const bool settled = hears_a_leader() && !request.forced;
  if (request.pre) {
    const bool granted = message.term > hard_.term && !settled && !hard_.suspect && up_to_date(request);
    if (!up_to_date(request) && am(Duty::witness)) ahead_of_candidates_ = !settled;
    // A refusal names our term: whoever is behind it would otherwise ask for ever.
    const Term named = granted ? message.term : mutated(Mutation::hides_terms_in_pre_vote_refusals) ? 0 : hard_.term;
    send_as(named, message.from, VoteReply{true, granted}, hard_state_ticket_);
    return;
  }
  if (message.term > hard_.term) {
    if (settled) return;
    become_follower(message.term, nobody);
  }
  const bool free = hard_.vote == nobody || hard_.vote == message.from || mutated(Mutation::votes_twice_in_a_term);
  const bool entitled = !mutated(Mutation::only_voters_vote) || am(Duty::voter) || am(Duty::witness);
  const bool sound = !hard_.suspect || mutated(Mutation::suspects_vote);
  // Members of the candidate's configuration are asked, whatever ours says: it may be the newer one.
  const bool granted = message.term == hard_.term && free && leader_ == nobody && sound && entitled && up_to_date(request);
  if (granted) {
    if (hard_.vote != message.from) {
      hard_.vote = message.from;
      save_hard_state();
    }
    if (role_ == Role::candidate) become_follower(hard_.term, nobody);
    election_at_ = now_ + patience();
  }
  // It was judged by our whole log, so it leaves when our whole log is durable.
  send(message.from, VoteReply{false, granted}, mutated(Mutation::answers_before_durable) ? 0 : everything_so_far());
}

void Core::on(const Message& message, const VoteReply& reply) {
  const Term asked = pre_ ? hard_.term + 1 : hard_.term;
  if (reply.granted && role_ == Role::candidate && reply.pre == pre_ && message.term == asked) {
    granted_.insert(message.from);
    count_votes();
    return;
  }
  if (!reply.granted && message.term > hard_.term) become_follower(message.term, nobody);
}

void Core::on(const Message& message, const TimeoutNow& order) {
  if (message.term != hard_.term || message.from != leader_ || role_ != Role::follower) return;
  if (!am(Duty::voter) || aside_) return;
  campaign(false, true);
  predecessor_stopped_ = role_ == Role::candidate && order.effects_stopped;
}

}  // namespace tally::consensus
