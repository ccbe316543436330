#include "persistence/consensus/core.hpp"

#include <utility>

namespace tally::consensus {

const char* reason_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::none: return "done";
    case Refusal::stopped: return "this replica has stopped";
    case Refusal::not_leader: return "this node does not lead";
    case Refusal::transferring: return "leadership is being handed over";
    case Refusal::own_term_not_committed: return "the leader has not committed an entry of its term yet";
    case Refusal::change_pending: return "another change of members is not committed yet";
    case Refusal::already_member: return "it is a member already";
    case Refusal::no_member: return "there is no such member";
    case Refusal::already_voter: return "it votes already";
    case Refusal::not_electable: return "it cannot lead";
    case Refusal::suspect: return "it has lost something and has not caught up";
    case Refusal::not_caught_up: return "it has not caught up";
    case Refusal::last_voters: return "too few voters would be left";
    case Refusal::too_large: return "larger than one append message may be";
    case Refusal::full: return "as much waits as may wait";
  }
  return "?";
}

Core::Core(Settings settings, Stored stored, Nanoseconds now, bool lost)
    : settings_(settings),
      hard_(stored.hard_state),
      log_(std::move(stored.base), std::move(stored.entries)),
      membership_(log_.base()),
      random_(settings.seed * 0x9E3779B97F4A7C15u + settings.self),
      now_(now),
      heard_leader_at_(now - settings.election_min),
      election_at_(now),
      excused_until_(now - settings.election_min),
      commit_(log_.base().index),
      applied_(log_.base().index),
      durable_(log_.last()) {
  for (Index index = log_.base().index + 1; index <= log_.last(); ++index) learn_members(log_.at(index));
  if (lost) {
    hard_.suspect = true;
    hard_.doubt = settings_.seed | 1;
    save_hard_state();
  }
  election_at_ = now_ + jitter();
}

const Progress* Core::progress_of(NodeId id) const {
  const auto found = followers_.find(id);
  return found == followers_.end() ? nullptr : &found->second;
}

void Core::tick(Nanoseconds now) {
  excuse_silence(now - now_);
  now_ = std::max(now_, now);
  if (role_ == Role::stopped) return;
  if (leads()) {
    if (now_ >= excused_until_ && !quorum_answers()) return resign("no majority answers");
    if (disk_stalled()) return resign("its disk does not answer");
    drive_transfer();
    if (leads() && now_ >= heartbeat_at_) begin_round();
    return;
  }
  if (now_ < election_at_) return;
  election_at_ = now_ + patience();
  // A witness stands where it is needed: it was asked for a vote by somebody who lacks what it has, or nobody found a
  // leader for long (whoever could may not know of it, or may be in doubt). Neither does who had better not lead stand before.
  if (am(Duty::voter) ? !aside_ || forsaken() : am(Duty::witness) && (ahead_of_candidates_ || forsaken())) campaign(true, false);
}

// Inputs come at least every half heartbeat; where they did not, it is this process that stood still, and nobody's silence. A
// little time to read what others said, and not again before a whole timeout. The lease gets none.
void Core::excuse_silence(Nanoseconds gap) {
  if (gap <= 2 * settings_.heartbeat || now_ + gap < excused_until_ + settings_.election_min || voters_in(members()) < 2) return;
  excused_until_ = now_ + gap + 2 * settings_.heartbeat;
  if (!leads()) election_at_ = std::max(election_at_, excused_until_);
}

void Core::step(const Message& message) {
  if (role_ == Role::stopped) return;
  if (hard_.generation != 0 && message.generation != hard_.generation) return;
  if (message.to != settings_.self || message.from == settings_.self || message.from == nobody) return;
  // A new node has no generation before it hears one; only its leader's manifest can tell it.
  if (hard_.generation == 0) {
    if (!std::holds_alternative<Append>(message.body) && !std::holds_alternative<Heartbeat>(message.body) &&
        !std::holds_alternative<Install>(message.body))
      return;
    hard_.generation = message.generation;
    save_hard_state();
  }
  std::visit([&](const auto& body) { on(message, body); }, message.body);
}

void Core::durable(Ticket ticket) {
  while (!waiting_.empty() && waiting_.front().ticket <= ticket) {
    durable_ = waiting_.front().last;
    waiting_.pop_front();
  }
  if (role_ == Role::candidate && !pre_ && !own_vote_durable_ && own_vote_ticket_ <= ticket) {
    own_vote_durable_ = true;
    count_votes();
  }
  if (leads()) advance_commit();
}

void Core::applied(Index index) {
  applied_ = std::max(applied_, std::min(index, commit_));
  // By halves: each time the base moves it is written.
  if (log_.bytes() > settings_.log_bytes_kept) trim(settings_.log_bytes_kept / 2);
}

void Core::resign(const char* why) {
  if (leads()) become_follower(hard_.term, nobody, why);
}

Proposed Core::propose(std::span<const Payload> payloads) {
  if (role_ == Role::stopped) return {Refusal::stopped};
  if (role_ != Role::leader) return {Refusal::not_leader};
  if (transfer_.target != nobody) return {Refusal::transferring};
  std::size_t bytes = 0;
  for (const Payload& payload : payloads) {
    if (payload->size() > settings_.entry_bytes_max) return {Refusal::too_large};
    bytes += payload->size() + entry_overhead;
  }
  if (!room_for(bytes, settings_.log_bytes_max)) return {Refusal::full};
  for (const Payload& payload : payloads) append_entry(EntryKind::command, payload);
  return {Refusal::none, log_.last(), hard_.term};
}

Output Core::take_output() {
  if (leads()) {
    begin_reads();
    send_appends();
  }
  if (unsaved_) {
    if (base_moved_ && !next_persist_.base) next_persist_.base = log_.base();
    next_persist_.ticket = ++issued_;
    waiting_.push_back({issued_, log_.last(), now_});
    out_.persist = std::exchange(next_persist_, {});
    unsaved_ = false;
    base_moved_ = false;
  }
  return std::exchange(out_, {});
}

// Everything that the new term or leader makes void goes here, and nowhere else.
void Core::become_follower(Term term, NodeId leader, const char* why) {
  if (term > hard_.term) {
    hard_.term = term;
    hard_.vote = nobody;
    save_hard_state();
    leader_ = nobody;
  }
  for (const Read& read : reads_) out_.reads.push_back({read.id, false, 0});
  reads_.clear();
  followers_.clear();
  granted_.clear();
  transfer_ = {};
  if (leader != leader_) matched_ = 0;
  predecessor_stopped_ = false;
  forced_ = false;
  const bool led = leads();
  const bool other_leader = std::exchange(leader_, leader) != leader;
  if (led) election_at_ = now_ + patience();
  if (role_ != Role::follower || other_leader) set_role(Role::follower, led ? why : "");
}

void Core::set_role(Role role, const char* why) {
  role_ = role;
  out_.changes.push_back({role, hard_.term, leader_, role == Role::leader && predecessor_stopped_, why});
}

void Core::stop(std::string why) {
  become_follower(hard_.term, nobody);
  set_role(Role::stopped);
  out_.diverged = std::move(why);
  // What is on disk stays as it is: it is the evidence.
  out_.messages.clear();
  next_persist_ = {};
  unsaved_ = false;
}

void Core::send(NodeId to, Body body, Ticket after) { send_as(hard_.term, to, std::move(body), after); }

void Core::send_as(Term term, NodeId to, Body body, Ticket after) {
  if (to == nobody || to == settings_.self) return;
  out_.messages.push_back({after, {hard_.generation, term, settings_.self, to, std::move(body)}});
}

// splitmix64. Where candidates met each other in vain, as slow disks make them, they spread further apart.
Nanoseconds Core::jitter() {
  std::uint64_t mixed = random_ += 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
  mixed ^= mixed >> 31;
  const Nanoseconds spread = settings_.election_spread << std::min(candidacies_, 2u);
  return static_cast<Nanoseconds>(mixed % static_cast<std::uint64_t>(spread + 1));
}

void Core::save_hard_state() {
  unsaved_ = true;
  next_persist_.hard_state = hard_;
  hard_state_ticket_ = issued_ + 1;
}

bool Core::disk_stalled() const {
  if (mutated(Mutation::leads_without_a_disk)) return false;
  return !waiting_.empty() && now_ - waiting_.front().since > settings_.disk_stall_max;
}

bool Core::am(Duty duty) const {
  const Member* me = find(membership_.newest(), settings_.self);
  return me && me->duty == duty;
}

// False where the memory bound is reached. A term's first entry always fits: without it nothing would ever leave memory.
bool Core::append_entry(EntryKind kind, Payload payload) {
  if (kind != EntryKind::noop && !room_for(payload->size() + entry_overhead, settings_.log_bytes_max)) return false;
  const LogEntry& entry = log_.append(hard_.term, kind, std::move(payload));
  learn_members(entry);
  next_persist_.append.push_back(entry);
  unsaved_ = true;
  return true;
}

void Core::learn_members(const LogEntry& entry) {
  if (entry.kind != EntryKind::configuration) return;
  if (auto members = decode_members(entry.payload)) membership_.append(entry.index, std::move(*members));
  else stop("entry " + std::to_string(entry.index) + " is no configuration");
}

void Core::commit_to(Index index) {
  while (commit_ < index) out_.committed.push_back(log_.at(++commit_));
}

bool Core::room_for(std::size_t entry_bytes, std::size_t bytes_max) {
  if (log_.bytes() + entry_bytes > bytes_max) trim(0);  // what was kept for others has to go
  return log_.bytes() + entry_bytes <= bytes_max;
}

// Lets go of what is applied and durable, down to what is kept for followers that are a little behind.
void Core::trim(std::size_t kept) {
  Index to = log_.base().index;
  std::size_t bytes = log_.bytes();
  const Index end = std::min(applied_, durable_);
  while (to < end && bytes > kept) bytes -= bytes_of(log_.at(++to));
  if (to == log_.base().index) return;
  std::vector<Member> members = mutated(Mutation::takes_any_members_into_a_base) ? membership_.newest() : membership_.at(to);
  log_.trim(to, std::move(members));
  membership_.trim(to);
  base_moved_ = true;
}

}  // namespace tally::consensus
