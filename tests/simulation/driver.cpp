// What a process does around its core, in the order that the core's header demands.
#include "tests/simulation/world.hpp"

namespace tally::simulation {

using consensus::Role;

void World::start(Machine& machine) {
  consensus::Settings settings = plan_.settings;
  settings.self = machine.id;
  settings.seed = dice_.next();
  ++machine.life;
  ++outcome_.restarts;
  machine.durable = 0;
  machine.held.clear();
  machine.syncing = false;
  machine.waiting.clear();
  machine.reads.clear();
  machine.lease = consensus::Lease(plan_.lease);
  machine.leads_in = 0;
  fetching_.erase(index_of(machine));
  const bool lost = machine.disk.lost();
  outcome_.doubts += lost;
  machine.core = std::make_unique<consensus::Core>(settings, machine.disk.stored(), machine.clocks(now_).monotonic, lost);
  machine.handed = machine.applied = machine.core->log().base().index;
  truth_.based_on(machine.core->log().base());
  tell("machine " + std::to_string(index_of(machine)) + " starts" + (lost ? ", in doubt" : ""));
  pump(machine);
}

void World::crash(Machine& machine, const char* why) {
  if (!machine.up()) return;
  tell("machine " + std::to_string(index_of(machine)) + " falls: " + why);
  machine.core.reset();
  ++machine.life;
  machine.paused_until = 0;
  machine.hung_until = 0;
  for (const auto& [id, index] : machine.reads) truth_.forget_read(id);
  machine.disk.crash(plan_.torn_tails ? dice_.below(machine.disk.waiting() + 1) : 0);
  schedule(dice_.between(20 * ms, plan_.fault_max), What::start, index_of(machine));
}

void World::tick(Machine& machine) {
  const consensus::Clocks clocks = machine.clocks(now_);
  if (machine.lease.slept(clocks)) machine.core->resign();
  machine.core->tick(clocks.monotonic);
}

void World::pump(Machine& machine) {
  consensus::Output out = machine.core->take_output();
  if (out.diverged) throw Violation("a replica diverged: " + *out.diverged);
  if (out.persist) {
    for (const LogEntry& entry : out.persist->append) truth_.appended(entry);
    if (out.persist->base) truth_.based_on(*out.persist->base);
    machine.disk.write(std::move(*out.persist));
  }
  for (consensus::Outgoing& outgoing : out.messages) machine.held.push_back(std::move(outgoing));
  for (const consensus::RoleChange& change : out.changes) take_role(machine, change);
  if (out.round_begun) machine.lease.round_sent(*out.round_begun, machine.clocks(now_));
  if (out.round_confirmed) machine.lease.round_confirmed(*out.round_confirmed);
  release(machine);
  take_committed(machine, out.committed);
  for (const consensus::ReadDone& read : out.reads) {
    if (read.ok) machine.reads[read.id] = read.index;
    else truth_.forget_read(read.id);
  }
  if (out.fetch) {
    fetching_[index_of(machine)] = *out.fetch;
    schedule(dice_.between(1, 200) * ms, What::fetched, index_of(machine));
  }
  if (!plan_.slow_apply || healed_) apply(machine, machine.handed);
  const Core& core = *machine.core;
  if (core.role() == Role::leader || core.role() == Role::relay) truth_.led_on(core);
  truth_.within_bounds(core, plan_.settings);
  note(core.term() * 31 + core.commit() * 7 + core.log().last() + static_cast<std::uint64_t>(core.role()));
  begin_sync(machine);
  act(machine);
}

void World::begin_sync(Machine& machine) {
  if (machine.syncing || machine.disk.idle()) return;
  machine.syncing = true;
  Nanoseconds takes = dice_.between(100, 2'000) * us;
  if (machine.slow_until > now_) takes = dice_.between(20, 300) * ms;
  if (machine.hung_until > now_) takes += machine.hung_until - now_;
  schedule(takes, What::synced, index_of(machine), machine.disk.waiting());
}

void World::synced(Machine& machine, std::size_t count) {
  if (machine.hung_until > now_) return schedule(machine.hung_until - now_, What::synced, index_of(machine), count);
  if (std::exchange(machine.next_sync_fails, false)) return crash(machine, "a sync failed");
  machine.syncing = false;
  machine.durable = machine.disk.sync(count);
  tick(machine);
  machine.core->durable(machine.durable);
  release(machine);
  pump(machine);
}

void World::release(Machine& machine) {
  std::deque<consensus::Outgoing> rest;
  for (consensus::Outgoing& outgoing : machine.held) {
    if (outgoing.after <= machine.durable) send(machine, std::move(outgoing.message));
    else rest.push_back(std::move(outgoing));
  }
  machine.held = std::move(rest);
}

void World::take_role(Machine& machine, const consensus::RoleChange& change) {
  if (change.role == Role::leader || change.role == Role::relay) {
    ++outcome_.elections;
    tell("machine " + std::to_string(index_of(machine)) + " leads in term " + std::to_string(change.term));
    truth_.leads(*machine.core, change.term);
    if (plan_.unlucky_leaders && dice_.chance(500)) schedule(dice_.between(0, plan_.luck_max), What::fall, index_of(machine));
  }
  if (change.role == Role::leader) {
    machine.lease.lead(machine.clocks(now_), change.predecessor_stopped);
    machine.leads_in = change.term;
    machine.next_effect = settled_;
  } else {
    machine.lease.lose();
    machine.leads_in = 0;
    machine.waiting.clear();  // unknown, not failed: clients ask again with the same command id
  }
}

void World::take_committed(Machine& machine, const std::vector<LogEntry>& entries) {
  for (const LogEntry& entry : entries) {
    if (entry.index != machine.handed + 1) throw Violation("committed entries were handed out with a hole");
    const bool fresh = entry.index > truth_.end();
    truth_.committed(entry, machine.core->term());
    machine.handed = entry.index;
    if (!fresh || forgot_) continue;
    std::size_t holding = 0;
    for (const consensus::Member& member : machine.core->members()) {
      const Machine* other = machine_of(member.id);
      if (!consensus::votes(member) || !other) continue;
      const Digest* chain = consensus::chain_on(other->disk.stored(), entry.index);
      holding += other->disk.stored().base.index > entry.index || (chain && *chain == entry.chain);
    }
    if (holding < consensus::majority_of(machine.core->members())) throw Violation("committed without a majority's disks");
  }
}

void World::apply(Machine& machine, Index up_to) {
  up_to = std::min(up_to, machine.handed);
  if (up_to <= machine.applied) return;
  for (Index index = machine.applied + 1; index <= up_to; ++index) {
    const auto waiting = machine.waiting.find(index);
    if (waiting == machine.waiting.end()) continue;
    if (truth_.at(index).term == waiting->second.term) answered(waiting->second.command, index);
    machine.waiting.erase(waiting);
  }
  machine.applied = up_to;
  for (auto read = machine.reads.begin(); read != machine.reads.end();) {
    if (read->second > machine.applied) {
      ++read;
      continue;
    }
    truth_.read_ended(read->first, machine.applied);
    read = machine.reads.erase(read);
  }
  machine.core->applied(machine.applied);
}

// The effect gate: committed, lease held; what an older leader may have sent is asked for first.
void World::act(Machine& machine) {
  if (machine.leads_in == 0 || machine.leads_in != machine.core->term()) return;
  const consensus::Clocks clocks = machine.clocks(now_);
  for (; machine.next_effect <= machine.applied; ++machine.next_effect) {
    const LogEntry& entry = truth_.at(machine.next_effect);
    const CommandId command = command_of(entry);
    if (command == 0 || truth_.first_of(command) != entry.index) continue;
    if (!machine.lease.may_act(clocks)) return;
    for (const Machine& other : machines_) {
      if (&other == &machine || !other.up()) continue;
      consensus::Lease theirs = other.lease;
      if (theirs.may_act(other.clocks(now_))) throw Violation("effects: two nodes hold the lease");
    }
    if (entry.term != machine.leads_in && truth_.venue_has(command)) continue;
    ++machine.on_the_way;
    const Nanoseconds takes = dice_.between(0, plan_.lease.send_max / us) * us;
    schedule(takes, What::effect, index_of(machine), machine.leads_in << 40 | command);
  }
  while (settled_ <= truth_.end()) {
    const CommandId command = command_of(truth_.at(settled_));
    if (command != 0 && !truth_.venue_has(command)) break;
    ++settled_;
  }
}

void World::hand_over(Machine& machine, NodeId target) {
  const bool stopped = machine.on_the_way == 0 && machine.lease.give_up(machine.clocks(now_));
  tell("machine " + std::to_string(index_of(machine)) + " hands over" + (stopped ? ", stopped" : ""));
  if (machine.core->transfer(target, stopped) != consensus::Refusal::none && stopped) machine.core->resign();
  pump(machine);
}

void World::fetched(Machine& machine) {
  const auto found = fetching_.find(index_of(machine));
  if (found == fetching_.end()) return;
  const consensus::Base base = found->second;
  fetching_.erase(found);
  tick(machine);
  if (plan_.failing_fetches && !healed_ && dice_.chance(300)) {
    machine.core->fetch_failed();
    return pump(machine);
  }
  truth_.based_on(base);
  ++outcome_.installs;
  machine.core->installed(base);
  if (machine.core->log().base() == base) machine.handed = machine.applied = std::max(machine.applied, base.index);
  pump(machine);
}

}  // namespace tally::simulation
