// A leader's side: what each follower is sent, what counts as committed, and when to let go.
#include "persistence/consensus/core.hpp"

namespace tally::consensus {

void Core::on(const Message& message, const AppendReply& reply) {
  if (message.term > hard_.term) return become_follower(message.term, nobody);
  if (message.term < hard_.term && !mutated(Mutation::hears_replies_of_older_terms)) return;
  if (!leads() || !heard(message.from, reply.soundness)) return;
  Progress& follower = followers_.at(message.from);
  if (!reply.accepted) {
    // Only an answer to what we think now: refusals may be late.
    const bool probing = follower.mode == Progress::Mode::probe;
    const bool stale = probing ? reply.previous != follower.next - 1 : reply.previous <= follower.match;
    if (stale || follower.mode == Progress::Mode::install) return;
    follower.probe_from(std::max(follower.match, std::min(reply.hint, follower.next - 1)) + 1);
    return;
  }
  if (reply.match > log_.last() && !mutated(Mutation::hears_replies_of_older_terms)) return;
  follower.accepted(std::min(reply.match, log_.last()), now_);
  if (reply.full) {
    follower.probe_from(follower.match + 1);
    follower.waiting = true;  // until it answers a heartbeat
  }
  advance_commit();
  resolve_doubts();
  drive_transfer();
}

void Core::on(const Message& message, const HeartbeatReply& reply) {
  if (message.term > hard_.term) return become_follower(message.term, nobody);
  if (message.term < hard_.term || !leads() || !heard(message.from, reply.soundness)) return;
  Progress& follower = followers_.at(message.from);
  if (!follower.soundness.suspect) follower.round = std::max(follower.round, reply.round);
  if (follower.mode != Progress::Mode::stream) follower.waiting = false;  // what was sent may be lost
  // It started again, and cannot know how far its log is ours.
  else if (follower.on_the_way.empty() && reply.matched < follower.match) follower.probe_from(follower.match + 1);
  confirm_rounds();
}

// Whether an answer counts as of now. A node in doubt starts over, and counts for nothing until its doubt is resolved.
bool Core::heard(NodeId from, const Soundness& soundness) {
  const auto found = followers_.find(from);
  if (found == followers_.end()) return false;
  Progress& follower = found->second;
  if (soundness.doubt != follower.soundness.doubt) {
    if (!soundness.suspect && follower.soundness.doubt != 0) return false;  // of an earlier life
    follower.soundness = soundness;
    if (soundness.suspect) {
      follower.match = 0;
      follower.clear_at = 0;
      follower.probe_from(log_.last() + 1);
    }
  }
  if (mutated(Mutation::counts_suspects)) follower.soundness = {};
  if (!soundness.suspect) {
    follower.soundness.suspect = false;
    follower.heard_at = now_;
  }
  return true;
}

// The largest index that a majority has durably, if it is of this term: an entry of an older one may be replaced still,
// however many have it.
void Core::advance_commit() {
  const Index reached = quorum_value(members(), [&](NodeId id) -> Index {
    if (id == settings_.self) return mutated(Mutation::counts_itself_before_durable) ? log_.last() : durable_;
    const Progress* follower = progress_of(id);
    return follower && !follower->soundness.suspect ? follower->match : 0;
  });
  if (reached <= commit_) return;
  if (log_.term_at(reached) != hard_.term && !mutated(Mutation::commits_old_terms_by_counting)) return;
  commit_to(reached);
  resolve_doubts();
  // Removed, and everybody who counts agrees: our work is done.
  const Member* me = find(members(), settings_.self);
  if (membership_.newest_index() <= commit_ && (!me || !votes(*me))) resign("it is no member any more");
}

void Core::track_members() {
  std::erase_if(followers_, [&](const auto& follower) { return !find(members(), follower.first); });
  for (const Member& member : members())
    if (member.id != settings_.self) followers_.try_emplace(member.id, log_.last() + 1, now_);
}

void Core::send_appends() {
  for (auto& [id, follower] : followers_) send_append(id, follower);
}

void Core::send_append(NodeId to, Progress& follower) {
  using Mode = Progress::Mode;
  if (follower.mode == Mode::stream && !follower.on_the_way.empty() && now_ - follower.moved_at > settings_.resend)
    follower.probe_from(follower.match + 1);
  const bool bounded = !mutated(Mutation::window_without_bound);
  while (!bounded || follower.has_room(settings_.window_messages_max, settings_.window_bytes_max)) {
    if (follower.next <= log_.base().index) {
      follower.probe_from(follower.next);
      follower.mode = Mode::install;
      follower.waiting = true;
      return send(to, Install{log_.base()}, 0);
    }
    if (follower.mode == Mode::install) follower.mode = Mode::probe;
    const Index previous = follower.next - 1;
    if (follower.mode == Mode::stream && previous == log_.last()) return;
    std::vector<LogEntry> entries;
    // While probing, the entries would most often be sent in vain.
    const bool joined = follower.mode == Mode::stream || follower.match == previous;
    if (joined) entries = log_.slice(follower.next, settings_.append_bytes_max);
    std::size_t bytes = 0;
    for (const LogEntry& entry : entries) bytes += bytes_of(entry);
    follower.sent(previous + entries.size(), bytes, now_);
    const Term previous_term = log_.term_at(previous);
    const Digest chain = log_.chain_at(previous);
    send(to, Append{previous, previous_term, chain, std::move(entries), commit_}, 0);
    if (follower.mode != Mode::stream) return;
  }
}

// One round of heartbeats serves everything that wants a quorum's answer: reads, the lease, check-quorum.
void Core::begin_round() {
  ++round_;
  heartbeat_at_ = now_ + settings_.heartbeat;
  out_.round_begun = round_;
  for (const auto& [id, follower] : followers_) {
    const bool clear = follower.clear_at != 0 && commit_ >= follower.clear_at && follower.match >= follower.clear_at;
    const Heartbeat heartbeat{round_, std::min(commit_, follower.match), clear ? follower.soundness.doubt : 0};
    send(id, heartbeat, 0);
  }
  confirm_rounds();
}

void Core::confirm_rounds() {
  const Round confirmed = quorum_value(members(), [&](NodeId id) -> Round {
    if (id == settings_.self) return round_;
    const Progress* follower = progress_of(id);
    return follower && !follower->soundness.suspect ? follower->round : 0;
  });
  if (confirmed <= confirmed_) return;
  confirmed_ = confirmed;
  out_.round_confirmed = confirmed;
  while (!reads_.empty() && reads_.front().round != 0 && reads_.front().round <= confirmed_) {
    out_.reads.push_back({reads_.front().id, true, reads_.front().index});
    reads_.pop_front();
  }
}

Refusal Core::read(std::uint64_t id) {
  if (role_ == Role::stopped) return Refusal::stopped;
  if (role_ != Role::leader) return Refusal::not_leader;
  if (reads_.size() >= settings_.reads_max) return Refusal::full;
  if (mutated(Mutation::reads_without_a_round)) {
    out_.reads.push_back({id, true, commit_});
    return Refusal::none;
  }
  reads_.push_back({id, 0, 0});
  return Refusal::none;
}

// Before an entry of the own term is committed a leader does not know how far the log is committed. From then on what
// waits shares the next round; while one is under way the next waits for it, so that load makes rounds no denser.
void Core::begin_reads() {
  if (reads_.empty() || reads_.back().round != 0 || !own_term_committed()) return;
  const bool under_way = confirmed_ < round_ && now_ < heartbeat_at_ && reads_.front().round != 0;
  if (under_way) return;
  for (Read& read : reads_)
    if (read.round == 0) read.round = round_ + 1, read.index = commit_;
  begin_round();
}

Refusal Core::transfer(NodeId target, bool effects_stopped) {
  if (role_ == Role::stopped) return Refusal::stopped;
  if (!leads()) return Refusal::not_leader;
  if (transfer_.target != nobody) return Refusal::transferring;
  const Member* member = find(members(), target);
  if (!member) return Refusal::no_member;
  if (member->duty != Duty::voter || target == settings_.self) return Refusal::not_electable;
  if (followers_.at(target).soundness.suspect) return Refusal::suspect;
  transfer_ = {target, effects_stopped, false, now_ + settings_.election_min};
  drive_transfer();
  return Refusal::none;
}

// A relay hands on to whoever has everything. Once the target was told to stand, this leadership is over either way: what
// it promised to stop must not begin again in this term.
void Core::drive_transfer() {
  if (role_ == Role::relay && transfer_.target == nobody)
    for (const Member& member : members())
      if (member.duty == Duty::voter && transfer_.target == nobody)
        if (const Progress& follower = followers_.at(member.id); follower.match == log_.last() && !follower.soundness.suspect)
          transfer_ = {member.id, false, false, now_ + settings_.election_min};
  if (transfer_.target == nobody) return;
  const auto found = followers_.find(transfer_.target);
  const bool ready = found != followers_.end() && !found->second.soundness.suspect &&
                     (found->second.match == log_.last() || mutated(Mutation::transfers_before_durable));
  if (!transfer_.asked && ready) {
    transfer_.asked = true;
    transfer_.until = now_ + settings_.election_min;
    return send(transfer_.target, TimeoutNow{transfer_.effects_stopped}, 0);
  }
  if (now_ < transfer_.until) return;
  if (transfer_.asked || transfer_.effects_stopped) resign("it was handed over");
  else transfer_ = {};
}

Refusal Core::change(const Change& change) {
  if (role_ == Role::stopped) return Refusal::stopped;
  if (role_ != Role::leader) return Refusal::not_leader;
  if (transfer_.target != nobody) return Refusal::transferring;
  if (!own_term_committed() && !mutated(Mutation::changes_members_before_own_commit)) return Refusal::own_term_not_committed;
  if (membership_.newest_index() > commit_ && !mutated(Mutation::changes_members_twice_at_once)) return Refusal::change_pending;
  if (const Refusal refusal = refusal_of(members(), change); refusal != Refusal::none) return refusal;
  if (change.kind == Change::Kind::promote) {
    const Progress& follower = followers_.at(change.id);
    if (follower.soundness.suspect) return Refusal::suspect;
    if (follower.match < commit_ || !own_term_committed()) return Refusal::not_caught_up;
  }
  if (!append_entry(EntryKind::configuration, encode_members(changed(members(), change)))) return Refusal::full;
  track_members();
  advance_commit();
  return Refusal::none;
}

// A node in doubt needs an entry that was proposed after its loss and committed without it: whatever it may have promised
// to somebody else, that one can no longer win (docs/consensus.md, "A disk that forgot").
void Core::resolve_doubts() {
  for (auto& [id, follower] : followers_) {
    if (!leads() || !follower.soundness.suspect || follower.clear_at != 0 || !own_term_committed()) continue;
    if (append_entry(EntryKind::noop, std::make_shared<const std::vector<std::byte>>())) follower.clear_at = log_.last();
  }
}

bool Core::quorum_answers() const {
  if (mutated(Mutation::leads_without_a_quorum)) return true;
  const std::uint64_t heard = quorum_value(members(), [&](NodeId id) -> std::uint64_t {
    if (id == settings_.self) return 1;
    const Progress* follower = progress_of(id);
    return follower && now_ - follower->heard_at < settings_.election_min;
  });
  return heard == 1;
}

}  // namespace tally::consensus
