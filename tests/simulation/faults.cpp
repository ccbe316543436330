// What goes wrong, within a budget: never so much that what was acknowledged could not survive.
#include "tests/simulation/world.hpp"

namespace tally::simulation {

void World::fault() {
  if (dice_.chance(300)) machines_[dice_.below(machines_.size())].disk.remember();
  switch (dice_.below(3)) {
    case 0: return trouble_machine();
    case 1: return trouble_disk();
    default: return trouble_network();
  }
}

void World::trouble_machine() {
  Machine& machine = machines_[dice_.chance(400) && leader() ? index_of(*leader()) : dice_.below(machines_.size())];
  const Nanoseconds time = dice_.between(50 * ms, plan_.fault_max);
  switch (dice_.below(5)) {
    case 0:
      if (plan_.crashes) crash(machine, "killed");
      return;
    case 1:
      if (!plan_.all_crash) return;
      for (Machine& each : machines_) crash(each, "all are killed");
      return;
    case 2:  // stopped and continued: both clocks go on
      if (!plan_.freezes || !machine.up()) return;
      tell("machine " + std::to_string(index_of(machine)) + " freezes");
      machine.paused_until = now_ + time;
      return;
    case 3:  // suspended: one clock stands
      if (!plan_.sleeps || !machine.up() || paused(machine)) return;
      tell("machine " + std::to_string(index_of(machine)) + " sleeps");
      machine.paused_until = now_ + time;
      machine.monotonic_offset -= time;
      return;
    default:
      if (plan_.jumps) machine.monotonic_offset += time;
      return;
  }
}

// A disk may forget only while enough others remember: a minority of the voters, and of three at least; and while no
// change of members is half done anywhere, which could make a minority of what is none.
bool World::may_forget() const {
  const std::size_t voters = consensus::voters_in(truth_.members());
  std::size_t forgetful = 1;
  for (const consensus::Member& member : truth_.members()) forgetful += !machine_of(member.id);
  for (const Machine& machine : machines_) {
    const consensus::Stored& stored = machine.disk.stored();
    forgetful += machine.up() ? machine.core->suspect() : machine.disk.lost() || stored.hard_state.suspect;
    if (machine.up() && machine.core->members_index() > truth_.end()) return false;
    for (const LogEntry& entry : stored.entries)
      if (entry.index > truth_.end() && entry.kind == consensus::EntryKind::configuration) return false;
  }
  return voters >= 3 && forgetful <= (voters - 1) / 2;
}

void World::trouble_disk() {
  Machine& machine = machines_[dice_.chance(400) && leader() ? index_of(*leader()) : dice_.below(machines_.size())];
  switch (dice_.below(6)) {
    case 0:
      if (plan_.slow_disks) machine.slow_until = now_ + dice_.between(100 * ms, plan_.fault_max);
      return;
    case 1:
      if (plan_.hung_disks) machine.hung_until = now_ + dice_.between(100 * ms, 2 * plan_.fault_max);
      return;
    case 2:
      machine.next_sync_fails |= plan_.failing_disks;
      return;
    case 3:
    case 4:
      if (!plan_.rolled_back || !may_forget()) return;
      forgot_ = true;
      crash(machine, "its disk is restored from an older copy");
      machine.disk.roll_back();
      return;
    default:
      if (!plan_.wiped || !may_forget()) return;
      forgot_ = true;
      crash(machine, "its disk is wiped");
      machine.disk.wipe();
      machine.id = fresh_id();
      return;
  }
}

void World::trouble_network() {
  const std::size_t a = dice_.below(machines_.size()), b = dice_.below(machines_.size());
  const Nanoseconds until = now_ + dice_.between(50 * ms, plan_.fault_max);
  switch (dice_.below(4)) {
    case 0:  // one against the rest, or any split
      if (!plan_.partitions) return;
      {
        const std::uint64_t side = dice_.chance(500) ? std::uint64_t{1} << a : dice_.next();
        for (std::size_t from = 0; from < machines_.size(); ++from)
          for (std::size_t to = 0; to < machines_.size(); ++to)
            if ((side >> from & 1) != (side >> to & 1)) blocked_until_[from][to] = until;
      }
      return;
    case 1:  // one pair does not hear each other
      if (plan_.partitions) blocked_until_[a][b] = blocked_until_[b][a] = until;
      return;
    case 2:
      if (!plan_.one_way) return;
      for (std::size_t other = 0; other < machines_.size(); ++other)
        (b % 2 == 0 ? blocked_until_[a][other] : blocked_until_[other][a]) = until;
      return;
    default:
      if (plan_.clogs) clogged_until_[a][b] = until;
      return;
  }
}

}  // namespace tally::simulation
