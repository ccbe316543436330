#include "persistence/replication/replica.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "messages/stored.hpp"
#include "persistence/consensus/membership.hpp"
#include "persistence/leadership_lost.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/replication/mutations.hpp"
#include "persistence/wire.hpp"

namespace tally::replication {
namespace {

using consensus::EntryKind;
using consensus::LogEntry;
using consensus::Refusal;
using consensus::Role;

constexpr consensus::Nanoseconds note_after = 500'000'000;

LeadershipLost not_leading(Symbol shard, const std::string& why) {
  return LeadershipLost(std::string(shard.text()) + " is not written here: " + why);
}

}  // namespace

Replica::Replica(ShardLog& shard, Settings settings, StoredReplica stored, Hands hands)
    : shard_(shard),
      settings_(settings),
      hands_(std::move(hands)),
      core_(settings.core, std::move(stored.stored), hands_.clocks().monotonic, stored.lost),
      lease_(settings.lease),
      marks_(std::move(stored.marks)),
      saves_(stored.saves),
      founding_(std::move(stored.founding)),
      on_disk_(!stored.fresh),
      unchained_(stored.unchained) {
  chain_up_to(shard_.committed());
}

// ---- writing ----

void Replica::append(Offset expected, std::span<const EntryPtr> entries, std::span<const consensus::Payload> payloads, Commit when) {
  Lock lock(mutex_);
  if (settings_.alone && !settled()) lead_alone(lock);
  check_writing();
  check_sequence(shard_.name, shard_.end(), expected, entries);
  if (entries.empty()) return;
  const consensus::Proposed proposed = core_.propose(payloads);
  if (proposed.refusal == Refusal::too_large || proposed.refusal == Refusal::full)
    throw JournalError(std::string(shard_.name.text()) + ": " + consensus::reason_of(proposed.refusal));
  if (proposed.refusal != Refusal::none) throw not_leading(shard_.name, consensus::reason_of(proposed.refusal));
  proposed_.insert(proposed_.end(), entries.begin(), entries.end());
  pump(when);
}

void Replica::check_writing() const {
  if (!leads()) throw not_leading(shard_.name, "this node does not lead");
  if (!settings_.alone && writing_term_ != core_.term()) throw not_leading(shard_.name, "the leadership it was taken over in is over");
}

std::uint64_t Replica::take_over() {
  Lock lock(mutex_);
  if (settings_.alone && !settled()) lead_alone(lock);
  if (!settled()) throw not_leading(shard_.name, "this node does not lead");
  changed_.wait(lock, [&] { return shard_.committed() == shard_.end() || !settled(); });
  if (!settled()) throw not_leading(shard_.name, "leadership was lost while it was taken over");
  return writing_term_ = core_.term();
}

// The only voter, without a clock: elected by itself, at the price of two syncs.
void Replica::lead_alone(Lock& lock) {
  const consensus::Settings& core = settings_.core;
  const consensus::Member* me = consensus::find(core_.members(), core_.self());
  if (!me || me->duty != consensus::Duty::voter || consensus::voters_in(core_.members()) != 1)
    throw not_leading(shard_.name, "its log has other members, too: start the node (tallyd)");
  if (!leads()) {
    core_.tick(hands_.clocks().monotonic + core.election_min + 2 * core.election_spread);
    pump(Commit::now);
  }
  changed_.wait(lock, [&] { return settled() || stopped_; });
  if (stopped_) throw not_leading(shard_.name, "this replica has stopped");
}

// In a cluster only the writer may wait: what stands at that offset by now may be another leader's.
void Replica::wait_committed(Offset offset) {
  Lock lock(mutex_);
  const auto writes = [&] { return settings_.alone ? !stopped_ : leads() && writing_term_ == core_.term(); };
  const consensus::Term term = core_.term();
  const auto lost = [&] { return !writes() || core_.term() != term; };
  changed_.wait(lock, [&] { return shard_.committed() >= offset || (!settings_.alone && lost()) || stopped_; });
  if (shard_.committed() >= offset && (settings_.alone || !lost())) return;
  throw not_leading(shard_.name, "whether entry " + std::to_string(offset) + " stands is not known here");
}

// ---- what comes in ----

void Replica::durable(consensus::Ticket ticket) {
  Lock lock(mutex_);
  durable_ = std::max(durable_, ticket);
  look_at_clocks();
  core_.durable(ticket);
  release();
  pump(Commit::now);
  chain_up_to(shard_.committed());
}

// Another generation is another log. Where an operator had another disk go on alone, this side is over; and who is of an older
// generation of the same founding is told so.
bool Replica::of_this_generation(const GroupFrame& frame) {
  const consensus::Generation ours = core_.hard_state().generation;
  if (ours == 0 || frame.generation == ours) return true;
  if (founding_of(frame.generation) != founding_of(ours)) return false;
  if (frame.generation < ours) {
    hands_.send(frame.from, {shard_.name, ours, core_.term(), core_.self(), frame.from, consensus::Body(consensus::HeartbeatReply{})});
    return false;
  }
  spdlog::critical("{}: node {:016x} is of generation {}, this disk of {}: it was left behind by a forced recovery, and takes part no more",
                   shard_.name.text(), frame.from, count_of(frame.generation), count_of(ours));
  stopped_ = true;
  core_.resign("it was left behind by a forced recovery");
  pump(Commit::now);
  return false;
}

void Replica::receive(const GroupFrame& frame) {
  Lock lock(mutex_);
  if (stopped_ || !of_this_generation(frame)) return;
  look_at_clocks();
  if (const auto* body = std::get_if<consensus::Body>(&frame.body)) {
    const consensus::Index before = core_.log().last();
    core_.step({frame.generation, frame.term, frame.from, frame.to, *body});
    if (fetching_ && core_.log().last() != before) asked_at_ = 0;
  } else if (const auto* request = std::get_if<HistoryRequest>(&frame.body)) {
    answer_history(frame.from, *request);
  } else if (const auto& founding = std::get<Founding>(frame.body); fetching_ && core_.log().last() == 0) {
    founding_ = founding.base;
    core_.installed(founding.base);
    asked_at_ = 0;
  }
  pump(Commit::now);
}

void Replica::tick(bool aside) {
  Lock lock(mutex_);
  if (stopped_) return;
  core_.stand_aside(aside);
  look_at_clocks();
  pump(Commit::now);
  const consensus::Nanoseconds now = hands_.clocks().monotonic;
  if (core_.commit() == noted_commit_) noted_at_ = now;
  else if (now - noted_at_ > note_after) write_commit();
}

void Replica::note_commit() {
  Lock lock(mutex_);
  if (!settings_.alone && !stopped_ && core_.commit() != noted_commit_) write_commit();
}

// By itself, where nothing else is written that it could ride on: whoever opens this disk alone sees as far as this.
void Replica::write_commit() {
  GroupWrite write;
  write.block = std::make_shared<const ValueBlock>();
  write.saves = saves_;
  add_commit(write);
  hands_.write(std::move(write), Commit::now);
}

void Replica::add_commit(GroupWrite& write) {
  write.side.emplace_back(commit_key(shard_.number), commit_value(shard_.name, core_.commit()));
  noted_commit_ = core_.commit();
}

// Before other inputs, as the core demands. Where the machine slept, nothing that it believes of its leadership holds.
void Replica::look_at_clocks() {
  if (settings_.alone || stopped_) return;
  const consensus::Clocks now = hands_.clocks();
  if (lease_.slept(now)) core_.resign("the machine slept");
  core_.tick(now.monotonic);
}

bool Replica::may_act() {
  Lock lock(mutex_);
  if (settings_.alone) return settled();
  const consensus::Clocks now = hands_.clocks();
  if (lease_.slept(now)) {
    core_.resign("the machine slept");
    pump(Commit::now);
    return false;
  }
  return settled() && lease_.may_act(now);
}

Refusal Replica::transfer(NodeId target, bool effects_stopped) {
  Lock lock(mutex_);
  look_at_clocks();
  const bool given_up = effects_stopped && lease_.give_up(hands_.clocks());
  const Refusal refusal = core_.transfer(target, given_up);
  if (refusal != Refusal::none && given_up) core_.resign("it was given up");  // what was given up stays so for this leadership
  pump(Commit::now);
  return refusal;
}

Refusal Replica::change(const consensus::Change& change) {
  Lock lock(mutex_);
  look_at_clocks();
  const Refusal refusal = core_.change(change);
  pump(Commit::now);
  return refusal;
}

void Replica::resign(const char* why) {
  Lock lock(mutex_);
  core_.resign(why);
  pump(Commit::now);
}

ReplicaStatus Replica::status() {
  Lock lock(mutex_);
  ReplicaStatus status{shard_.name, stopped_ ? Role::stopped : core_.role(), core_.term(), core_.leader(), shard_.committed(), shard_.end(), false, core_.suspect(),
                       fetching_.has_value(), core_.log().chain_at(core_.log().last()), core_.log().last(), {}};
  status.lease = settings_.alone ? settled() : settled() && lease_.may_act(hands_.clocks());
  for (const consensus::Member& member : core_.members()) {
    const consensus::Progress* progress = core_.progress_of(member.id);
    const Offset match = member.id == core_.self() ? shard_.end() : progress ? marks_.offset_at(progress->match) : 0;
    status.members.push_back({member.id, member.duty, match, progress && progress->soundness.suspect});
  }
  return status;
}

// ---- what the core wants ----

void Replica::pump(Commit when) {
  consensus::Output out = core_.take_output();
  if (out.diverged) {
    stopped_ = true;
    spdlog::critical("{}: this replica contradicts its leader and has stopped; its files stay as they are: {}", shard_.name.text(), *out.diverged);
  }
  if (out.persist) persist(std::move(*out.persist), when);
  for (consensus::Outgoing& outgoing : out.messages) held_.push_back(std::move(outgoing));
  for (const consensus::RoleChange& change : out.changes) take_role(change);
  if (out.round_begun) lease_.round_sent(*out.round_begun, hands_.clocks());
  if (out.round_confirmed) lease_.round_confirmed(*out.round_confirmed);
  release();
  take_committed();
  if (out.fetch) {
    fetching_ = *out.fetch;
    asked_at_ = 0;
  }
  ask_history();
  tell_leadership();
  changed_.notify_all();
}

void Replica::persist(consensus::Persist wanted, Commit when) {
  GroupWrite write;
  write.ticket = wanted.ticket;
  const auto block = std::make_shared<ValueBlock>();
  block->ticket = wanted.ticket;
  if (wanted.truncate_from) truncate_from(*wanted.truncate_from, write);
  block->first = shard_.end() + 1;
  if (!on_disk_) {
    std::string number;
    wire::append_be(number, shard_.number);
    write.side.emplace_back(log_format::directory_key(shard_.name), number);
  }
  // Only a node that has nothing is given a base from elsewhere: the founding one. All others fetch entries.
  if (wanted.replaces_log) TALLY_ASSERT(shard_.end() == 0 && marks_.all().empty());
  if (founding_ && (!on_disk_ || wanted.replaces_log))
    write.side.emplace_back(founding_key(shard_.number), base_value(shard_.name, *founding_));
  if (wanted.base || !on_disk_)
    write.side.emplace_back(base_key(shard_.number), base_value(shard_.name, wanted.base ? *wanted.base : core_.log().base()));
  if (!settings_.alone) add_commit(write);
  on_disk_ = true;
  bool promised = wanted.hard_state.has_value();
  for (const LogEntry& entry : wanted.append) {
    promised |= entry.kind != EntryKind::command;
    take_entry(entry, write, *block);
  }
  if (promised && !(defective(Defect::forgets_its_promises) && block->empty())) {
    // Older than wanted.hard_state it never is: the core handed out all that changed.
    write.side.emplace_back(promise_key(shard_.number), promise_value(shard_.name, {core_.hard_state(), ++saves_}));
  }
  write.saves = saves_;
  if (!block->empty()) unchained_.add(block);
  write.block = block;
  hands_.write(std::move(write), when);
}

void Replica::take_entry(const LogEntry& entry, GroupWrite& write, ValueBlock& block) {
  if (entry.kind != EntryKind::command) {
    const MarkedEntry mark{entry.index, entry.term, entry.kind, shard_.end(), entry.payload};
    write.side.emplace_back(std::string(log_format::view(mark_key(shard_.number, entry.index))), mark_value(shard_.name, mark));
    marks_.add(entry.index, shard_.end());
    return;
  }
  const Offset offset = shard_.end() + 1;
  EntryPtr decoded;
  if (!proposed_.empty()) {
    decoded = std::move(proposed_.front());
    proposed_.pop_front();
  } else {
    decoded = std::make_shared<const Entry>(read_entry(*entry.payload));
  }
  TALLY_ASSERT(decoded->offset == offset);
  const std::size_t before = block.bytes.size();
  log_format::append_entry_value(shard_.name, entry.term, offset, *entry.payload, block.bytes);
  block.sizes.push_back(static_cast<std::uint32_t>(block.bytes.size() - before));
  shard_.extend(std::move(decoded), entry.payload->size());
}

void Replica::truncate_from(consensus::Index index, GroupWrite& write) {
  const Offset first = marks_.offset_at(index - 1) + 1;
  for (const Marks::Mark& mark : marks_.all())
    if (mark.index >= index && !defective(Defect::keeps_truncated_marks))
      write.side.emplace_back(std::string(log_format::view(mark_key(shard_.number, mark.index))), std::nullopt);
  marks_.truncate_from(index);
  if (first > shard_.end()) return;
  write.truncate_from = first;
  write.truncate_to = shard_.end();
  shard_.truncate_from(first);
  unchained_.truncate_from(first);
}

void Replica::release() {
  std::deque<consensus::Outgoing> rest;
  for (consensus::Outgoing& outgoing : held_) {
    if (outgoing.after <= durable_) send_message(std::move(outgoing.message));
    else rest.push_back(std::move(outgoing));
  }
  held_ = std::move(rest);
}

void Replica::send_message(consensus::Message message) {
  const NodeId to = message.to;
  hands_.send(to, {shard_.name, message.generation, message.term, message.from, to, std::move(message.body)});
}

// ---- leadership ----

void Replica::take_role(const consensus::RoleChange& change) {
  if (change.role == Role::leader) {
    if (!settings_.alone) lease_.lead(hands_.clocks(), change.predecessor_stopped);
    return;
  }
  if (!settings_.alone && change.role == Role::candidate && change.term != stood_in_) {
    stood_in_ = change.term;
    spdlog::info("{}: term {}, no leader is heard: this node asks for votes", shard_.name.text(), change.term);
  }
  if (*change.why) lost_because_ = change.why;
  lease_.lose();
  // Who wrote hears of it at once: nothing that waits would ever be committed for it.
  if (std::exchange(writing_term_, 0) != 0 && !settings_.alone && shard_.committed_call) shard_.committed_call(0);
  proposed_.clear();
}

// Leading begins, for those above, when everything before it is committed; it ends at once.
void Replica::tell_leadership() {
  const consensus::Term leading = settled() ? core_.term() : 0;
  if (leading == told_leading_) return;
  if (told_leading_ != 0) hands_.leadership({false, core_.term(), core_.leader(), std::exchange(lost_because_, "")});
  told_leading_ = leading;
  if (leading != 0) hands_.leadership({true, leading, core_.self()});
}

void Replica::take_committed() {
  const Offset committed = marks_.offset_at(core_.commit());
  if (core_.commit() > core_.applied_index()) core_.applied(core_.commit());
  if (committed <= shard_.committed()) return;
  shard_.set_committed(committed);
  chain_up_to(committed);
  // Only to whoever writes: what another leader commits at these offsets may not be what was appended here.
  const bool ours = settings_.alone || writing_term_ == core_.term();
  if (shard_.committed_call && ours) shard_.committed_call(committed);
}

void Replica::chain_up_to(Offset offset) {
  const Unchained::Group group = unchained_.take(offset, durable_);
  if (group.entries > 0) hands_.chain(group.values, group.entries);
}

}  // namespace tally::replication
