// Processes that end, freeze, or hand over.
#include <signal.h>

#include "app/drill/fault_lists.hpp"
#include "app/exit_code.hpp"

namespace tally::drill {
namespace {

void kill_leader(Scene& scene, FaultSeen& seen) {
  seen.takes_leader = true;
  DrillNode& node = scene.leading();
  seen.what = "kill -9 of the leader, " + node.name;
  kill_and_restart(scene, node, seen);
}

void kill_follower(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.what = "kill -9 of a follower, " + node.name;
  kill_and_restart(scene, node, seen);
}

// The successor is killed as soon as it leads.
void kill_successor_too(Scene& scene, FaultSeen& seen) {
  DrillNode& first = scene.leading();
  seen.takes_leader = true;
  seen.at = scene.now();
  first.process->kill();
  std::optional<LeaderSeen> next;
  for (const Ms until = scene.now() + 15'000; !next && scene.now() < until; next = scene.world.leader()) scene.watch(20);
  if (!next) throw CommandFailed(exit_failed, "nobody came to lead within 15 s: there is no successor to kill");
  DrillNode& second = scene.world.node(next->node);
  second.process->kill();
  seen.what = "kill -9 of the leader, " + first.name + ", and of its successor, " + second.name + ", as soon as it led";
  scene.watch(scene.pace.dead_ms / 2);
  seen.healed = seen.service_from = scene.now();
  scene.world.start_node(second);
  scene.world.start_node(first);
}

void hand_over(Scene& scene, FaultSeen& seen) {
  const DrillNode& leader = scene.leading();
  const DrillNode& next = scene.following();
  seen.what = "planned hand-over from " + leader.name + " to " + next.name;
  seen.takes_leader = true;
  seen.at = seen.service_from = scene.now();
  scene.world.ask(leader, {{"op", "cluster_transfer"}, {"to", next.name}}, 10);
  scene.watch(500);
  seen.healed = scene.now();
}

void kill_all(Scene& scene, FaultSeen& seen) {
  seen.what = "kill -9 of every node";
  seen.takes_leader = true;
  seen.at = scene.now();
  for (DrillNode& node : scene.world.nodes()) node.process->signal(SIGKILL);
  for (DrillNode& node : scene.world.nodes()) node.process->kill();
  scene.watch(500);
  seen.healed = seen.service_from = scene.now();
  for (auto node = scene.world.nodes().rbegin(); node != scene.world.nodes().rend(); ++node) scene.world.start_node(*node);
}

void stop_leader(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.leading();
  seen.what = "SIGSTOP of the leader, " + node.name + ", for " + std::to_string(scene.pace.stopped_ms) + " ms";
  seen.takes_leader = true;
  seen.node = node.name;
  seen.silences = true;
  node.process->signal(SIGSTOP);
  node.stopped = true;
  seen.at = scene.now();
  scene.watch(scene.pace.stopped_ms);
  seen.healed = scene.now();
  node.process->signal(SIGCONT);
  node.stopped = false;
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
}

void kill_venue(Scene& scene, FaultSeen& seen) {
  seen.what = "kill -9 of the venue";
  scene.world.venue().kill();
  seen.at = seen.service_from = scene.now();  // an account takes commands without a venue
  scene.watch(500);
  seen.healed = scene.now();
  scene.world.start_venue();
}

void stop_venue(Scene& scene, FaultSeen& seen) {
  seen.what = "SIGSTOP of the venue for 7 s: it is silent, and its connections stay";
  scene.world.venue().signal(SIGSTOP);
  seen.at = seen.service_from = scene.now();
  scene.watch(7'000);
  seen.healed = scene.now();
  scene.world.venue().signal(SIGCONT);
}

}  // namespace

void kill_and_restart(Scene& scene, DrillNode& node, FaultSeen& seen) {
  seen.node = node.name;
  seen.silences = true;
  seen.at = scene.now();
  node.process->kill();
  scene.watch(scene.pace.dead_ms);
  seen.healed = scene.now();
  scene.world.start_node(node);
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
}

void add_process_faults(std::vector<Fault>& all) {
  all.push_back(
      {"leader-killed", "the leader's process is killed (kill -9) and comes back after two seconds", 1, can_always, kill_leader, true});
  all.push_back(
      {"follower-killed", "a follower's process is killed and comes back after two seconds", 2, can_always, kill_follower, true});
  all.push_back({"all-killed", "every node is killed at once and started again in another order", 1, can_always, kill_all, true});
  all.push_back(
      {"leader-stopped", "the leader is frozen (SIGSTOP) for longer than its lease, then wakes", 1, can_always, stop_leader, true});
  all.push_back({"hand-over", "leadership is handed to another node, as before going to sleep", 2, can_always, hand_over, true});
  all.push_back(
      {"successor-killed", "the leader is killed, and who comes to lead is killed, too", 3, can_always, kill_successor_too, true});
  all.push_back({"venue-killed", "the venue is killed with orders on their way, and comes back", 1, can_always, kill_venue, true});
  all.push_back(
      {"venue-silent", "the venue freezes: connections stay, nothing answers; then it wakes", 1, can_always, stop_venue});
}

}  // namespace tally::drill
