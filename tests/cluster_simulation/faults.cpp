// What goes wrong, within a budget: never so much that what was acknowledged could not survive.
#include "persistence/replication/group_rows.hpp"
#include "tests/cluster_simulation/cluster_world.hpp"

namespace tally::cluster_simulation {

void ClusterWorld::fault() {
  if (dice_.chance(300)) machines_[dice_.below(machines_.size())].disk.remember();
  switch (dice_.below(4)) {
    case 0: return trouble_machine();
    case 1: return trouble_disk();
    case 2: return trouble_network();
    default:
      if (plan_.venue_cuts) {
        venue_cut_until_ = now_ + dice_.between(1, 400) * ms;
        for (Machine& machine : machines_) {
          if (!machine.up()) continue;
          run_in(machine, [&] { cut(machine, "the venue's network"); });
        }
      }
  }
}

void ClusterWorld::trouble_machine() {
  Machine& machine = machines_[dice_.chance(400) && leader() ? index_of(*leader()) : dice_.below(machines_.size())];
  const Nanoseconds time = dice_.between(50 * ms, plan_.fault_max);
  switch (dice_.below(7)) {
    case 0:
      if (plan_.kills) crash(machine, "killed", false);
      return;
    case 1:
      if (plan_.power_cuts) crash(machine, "a battery", true);
      return;
    case 2:
      if (!plan_.all_fall) return;
      for (Machine& each : machines_) crash(each, "all fall", plan_.power_cuts);
      return;
    case 3:  // stopped and continued: both clocks go on
      if (!plan_.freezes || !machine.up()) return;
      tell(machine, "freezes");
      machine.paused_until = now_ + time;
      return;
    case 4:  // suspended: one clock stands
      if (!plan_.sleeps || !machine.up() || paused(machine)) return;
      tell(machine, "sleeps");
      machine.paused_until = now_ + time;
      machine.monotonic_offset -= time;
      return;
    case 5:
      if (plan_.jumps) machine.wall_offset = dice_.between(-3'000, 3'000) * ms;
      return;
    default:
      if (plan_.jumps) machine.monotonic_offset += time;
      return;
  }
}

// A disk may forget or rot only while enough others remember: a minority of the voters, and of three at least; and while no change of
// members is half done anywhere, which could make a minority of what is none.
bool ClusterWorld::may_forget() {
  const std::vector<consensus::Member>& members = watch_.truth().members();
  const std::size_t voters = consensus::voters_in(members);
  std::size_t forgetful = 1;
  for (const consensus::Member& member : members) forgetful += !machine_of(member.id);
  for (Machine& machine : machines_) {
    bool suspect = machine.unusable || machine.disk.damaged();
    if (const replication::Replica* its = replica(machine)) {
      suspect |= its->core_inside().suspect();
      if (its->core_inside().members_index() > watch_.truth().end()) return false;
    } else if (const auto row = machine.disk.get(Family::side, replication::promise_key(0))) {
      const auto promise = replication::read_promise(the_account::shard, *row);
      suspect |= machine.disk.rolled_back() || !promise || promise->hard_state.suspect;
      bool half_done = false;
      const auto begin = replication::mark_key(0, watch_.truth().end() + 1), beyond = replication::mark_key(1, 0);
      machine.disk.scan(Family::side, log_format::view(begin), log_format::view(beyond), 0, [&](auto, auto) { return half_done = true, false; });
      if (half_done) return false;
    }
    forgetful += suspect;
  }
  return voters >= 3 && forgetful <= (voters - 1) / 2;
}

void ClusterWorld::trouble_disk() {
  Machine& machine = machines_[dice_.chance(400) && leader() ? index_of(*leader()) : dice_.below(machines_.size())];
  switch (dice_.below(8)) {
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
      if (plan_.full_disks) machine.full_until = now_ + dice_.between(100 * ms, plan_.fault_max);
      return;
    case 4:
    case 5:
      if (!plan_.rolled_back || !may_forget()) return;
      forgot_ = true;
      crash(machine, "its disk is restored from an older copy", false);
      machine.disk.roll_back();
      return;
    case 6:
      if (!plan_.wiped || !may_forget()) return;
      forgot_ = true;
      crash(machine, "its disk is wiped", true);
      return replace(machine, "wiped");
    default: {
      if (!plan_.rot || !may_forget()) return;
      const std::string what = machine.disk.damage(dice_);
      if (what.empty()) return;
      forgot_ = true;
      tell(machine, what);
      return;
    }
  }
}

void ClusterWorld::trouble_network() {
  const std::size_t a = dice_.below(machines_.size()), b = dice_.below(machines_.size());
  const Nanoseconds until = now_ + dice_.between(50 * ms, plan_.fault_max);
  switch (dice_.below(5)) {
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
    default:  // a connection breaks, and both ends are told
      if (!plan_.resets || a == b || !machines_[a].up() || !machines_[b].up()) return;
      schedule(dice_.between(50, 2'000) * us, What::closed, a, machines_[b].process->life);
      schedule(dice_.between(50, 2'000) * us, What::closed, b, machines_[a].process->life);
  }
}

}  // namespace tally::cluster_simulation
