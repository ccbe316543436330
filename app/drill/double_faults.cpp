// Two things at once, or the second while the first is being mended.
#include <signal.h>

#include "app/drill/fault_lists.hpp"
#include "app/exit_code.hpp"

namespace tally::drill {
namespace {

// One of three is left: nothing may be acknowledged before one comes back.
void leader_killed_follower_frozen(Scene& scene, FaultSeen& seen) {
  DrillNode& leader = scene.leading();
  DrillNode& follower = scene.following();
  seen.what = "kill -9 of the leader, " + leader.name + ", while a follower, " + follower.name + ", is frozen";
  seen.node = leader.name;
  seen.silences = seen.takes_leader = true;
  follower.process->signal(SIGSTOP);
  follower.stopped = true;
  scene.watch(300);
  seen.at = scene.now();
  leader.process->kill();
  scene.watch(scene.pace.stopped_ms);
  seen.healed = seen.service_from = scene.now();
  follower.process->signal(SIGCONT);
  follower.stopped = false;
  scene.world.start_node(leader);
}

// The account is being taken down here and is not built there yet.
void killed_during_hand_over(Scene& scene, FaultSeen& seen) {
  DrillNode& leader = scene.leading();
  const DrillNode& next = scene.following();
  seen.what = "kill -9 of the leader, " + leader.name + ", while it hands over to " + next.name;
  seen.takes_leader = true;
  std::optional<LineSocket> asked = LineSocket::connect(leader.data.socket());
  if (asked) asked->write_line("{\"op\":\"cluster_transfer\",\"to\":\"" + next.name + "\"}");
  scene.watch(20);
  kill_and_restart(scene, leader, seen);
}

// A failover while a failover is under way, and then the one that was cut off comes back with a tail of its own.
void successor_killed_behind_a_partition(Scene& scene, FaultSeen& seen) {
  DrillNode& first = scene.leading();
  seen.takes_leader = true;
  seen.at = scene.now();
  for (const DrillNode& other : scene.world.nodes())
    if (&other != &first) scene.world.mesh()->set_between(first.name, other.name, Passage::hold);
  std::string successor;
  if (!watch_until(scene, 10'000, [&] {
        const auto leader = scene.world.leader();
        if (leader && leader->node != first.name) successor = leader->node;
        return !successor.empty();
      }))
    throw CommandFailed(exit_failed, "nobody came to lead within 10 s: there is no successor to kill");
  DrillNode& second = scene.world.node(successor);
  second.process->kill();
  seen.what = "the leader, " + first.name + ", is cut off, and its successor, " + second.name + ", killed as soon as it led";
  scene.watch(1'500);
  scene.world.mesh()->heal();   // the one that was cut off and the third: a majority
  seen.healed = seen.service_from = scene.now();
  scene.watch(2'000);
  scene.world.start_node(second);
}

}  // namespace

void add_double_faults(std::vector<Fault>& all) {
  all.push_back({"leader-killed-follower-frozen", "two at once: no majority is left, and nothing may be acknowledged", 3, can_always,
                 leader_killed_follower_frozen, true});
  all.push_back({"killed-during-hand-over", "the leader is killed while it hands over", 3, can_always, killed_during_hand_over, true});
  all.push_back({"successor-killed-behind-a-partition", "the leader is cut off, its successor killed, then the network heals", 3, can_always,
                 successor_killed_behind_a_partition});
}

}  // namespace tally::drill
