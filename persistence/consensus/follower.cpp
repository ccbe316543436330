// A follower's side of replication: what matches is taken, what is durable is claimed, what contradicts stops it.
#include "persistence/consensus/core.hpp"

namespace tally::consensus {

// The sender leads its term, which is not older than ours.
void Core::follow(const Message& message) {
  const bool own = message.term == hard_.term;
  if (own && (leads() || (leader_ != nobody && leader_ != message.from)))
    return stop("two leaders in term " + std::to_string(message.term));
  if (!own || leader_ != message.from || role_ != Role::follower) become_follower(message.term, message.from);
  heard_leader_at_ = now_;
  candidacies_ = 0;
  election_at_ = now_ + patience();
  ahead_of_candidates_ = false;
}

void Core::accept(NodeId leader, Index match, bool full) {
  const AppendReply reply{true, match, 0, 0, full, soundness()};
  send(leader, reply, mutated(Mutation::answers_before_durable) ? 0 : everything_so_far());
}

void Core::refuse(NodeId leader, Index previous, Index hint) {
  send(leader, AppendReply{false, 0, previous, hint, false, soundness()}, hard_state_ticket_);
}

void Core::on(const Message& message, const Append& append) {
  if (message.term < hard_.term) return refuse(message.from, append.previous, 0);
  follow(message);
  if (role_ == Role::stopped) return;

  // What our base covers is committed, so it is in the leader's log, whatever it knows of us.
  const Base& base = log_.base();
  if (append.previous < base.index) {
    if (mutated(Mutation::ignores_appends_below_its_base)) return refuse(message.from, append.previous, append.previous);
    const std::size_t covered = base.index - append.previous;
    if (append.entries.size() < covered) return accept(message.from, base.index);
    if (append.entries[covered - 1].chain != base.chain) return stop("the leader's chain differs at " + std::to_string(base.index));
    const auto rest = append.entries.begin() + static_cast<std::ptrdiff_t>(covered);
    return take(message.from, {base.index, base.term, base.chain, {rest, append.entries.end()}, append.commit});
  }
  take(message.from, append);
}

void Core::take(NodeId leader, const Append& append) {
  if (append.previous > log_.last() || log_.term_at(append.previous) != append.previous_term) {
    const Index hint = log_.conflict_hint(std::max<Index>(append.previous, 1) - 1, append.previous_term);
    return refuse(leader, append.previous, hint);
  }
  if (log_.chain_at(append.previous) != append.previous_chain && !mutated(Mutation::trusts_any_chain))
    return stop("the leader's chain differs at " + std::to_string(append.previous));

  Index matched = append.previous;
  if (!take_entries(append, matched)) return;
  matched_ = std::max(matched_, matched);
  commit_to(std::min(append.commit, matched));
  const bool full = matched < append.previous + append.entries.size();
  accept(leader, mutated(Mutation::claims_more_than_matched) ? log_.last() : matched, full);
}

// False where this replica had to stop. `matched` is the last entry that is now the leader's.
bool Core::take_entries(const Append& append, Index& matched) {
  for (const LogEntry& entry : append.entries) {
    if (entry.index != matched + 1) return stop("an append with a hole at " + std::to_string(entry.index)), false;
    if (entry.index <= log_.last()) {
      if (log_.term_at(entry.index) == entry.term) {
        if (log_.chain_at(entry.index) != entry.chain && !mutated(Mutation::trusts_any_chain))
          return stop("the leader's chain differs at " + std::to_string(entry.index)), false;
        matched = entry.index;
        continue;
      }
      if (entry.index <= commit_)
        return stop("the leader contradicts what is committed at " + std::to_string(entry.index)), false;
      truncate_from(entry.index);
    }
    const std::size_t bytes_max = settings_.log_bytes_max + settings_.append_bytes_max;
    if (entry.kind != EntryKind::noop && !room_for(bytes_of(entry), bytes_max)) return true;
    if (!log_.continues(entry) && !mutated(Mutation::trusts_any_chain))
      return stop("an entry does not continue the chain at " + std::to_string(entry.index)), false;
    log_.take(entry);
    learn_members(entry);
    if (role_ == Role::stopped) return false;
    next_persist_.append.push_back(entry);
    unsaved_ = true;
    matched = entry.index;
  }
  return true;
}

void Core::truncate_from(Index index) {
  log_.truncate_from(index);
  if (!mutated(Mutation::keeps_members_of_truncated_entries)) membership_.truncate_from(index);
  while (!next_persist_.append.empty() && next_persist_.append.back().index >= index) next_persist_.append.pop_back();
  next_persist_.truncate_from = std::min(next_persist_.truncate_from.value_or(index), index);
  unsaved_ = true;
  // What was handed out is not what is meant any more.
  durable_ = std::min(durable_, log_.last());
  for (Unsaved& unsaved : waiting_) unsaved.last = std::min(unsaved.last, log_.last());
}

void Core::on(const Message& message, const Heartbeat& heartbeat) {
  if (message.term < hard_.term) return refuse(message.from, 0, 0);
  follow(message);
  if (role_ == Role::stopped) return;
  // Not beyond what was matched since we began to follow: the leader may speak of what we had before a loss.
  commit_to(std::min(heartbeat.commit, matched_));
  if (hard_.suspect && heartbeat.cleared == hard_.doubt) {
    // Whatever we may have promised before the loss, in this term our vote is this leader's.
    hard_.suspect = false;
    hard_.vote = message.from;
    save_hard_state();
  }
  send(message.from, HeartbeatReply{heartbeat.round, matched_, soundness()}, hard_state_ticket_);
}

void Core::on(const Message& message, const Install& install) {
  if (message.term < hard_.term) return refuse(message.from, 0, 0);
  follow(message);
  if (role_ == Role::stopped) return;
  const Base& base = install.base;
  if (base.index <= commit_) return accept(message.from, commit_);  // stale: this is what we have
  if (log_.holds(base.index) && log_.term_at(base.index) == base.term) {
    if (log_.chain_at(base.index) != base.chain) return stop("the leader's chain differs at " + std::to_string(base.index));
    commit_to(base.index);
    return accept(message.from, base.index);
  }
  if (fetching_) return;  // the leader's base moves on meanwhile; the rest follows as entries
  fetching_ = base;
  out_.fetch = base;
}

void Core::fetch_failed() { fetching_.reset(); }

void Core::installed(const Base& base) {
  if (role_ == Role::stopped || !fetching_ || base.index > fetching_->index) return;
  const bool whole = base == *fetching_;
  if (base.index == fetching_->index && !whole) return;
  if (whole) fetching_.reset();
  if (base.index <= commit_) return;
  const bool joins = log_.holds(base.index) && log_.term_at(base.index) == base.term;
  if (joins && log_.chain_at(base.index) != base.chain)
    return stop("the leader's chain differs at " + std::to_string(base.index));
  if (joins) return commit_to(base.index);
  log_.reset(base);
  membership_.reset(base);
  commit_ = applied_ = base.index;
  next_persist_.append.clear();
  next_persist_.truncate_from.reset();
  next_persist_.base = base;
  next_persist_.replaces_log = true;
  unsaved_ = true;
  durable_ = std::min(durable_, base.index);
  for (Unsaved& unsaved : waiting_) unsaved.last = std::min(unsaved.last, base.index);
  if (leader_ != nobody) accept(leader_, base.index);
}

}  // namespace tally::consensus
