// What a network does: the drill's proxies stand between the nodes. The way to the venue stays open, so that a node that others
// cannot hear could still send orders: that it does not is the point.
#include "app/drill/fault_lists.hpp"

namespace tally::drill {
namespace {

constexpr int apart_ms = 5'000;

void heal(Scene& scene, FaultSeen& seen) {
  scene.watch(apart_ms);
  seen.healed = scene.now();
  scene.world.mesh()->heal();
}

// Everybody but `node`.
std::vector<std::string> others(Scene& scene, const DrillNode& node) {
  std::vector<std::string> names;
  for (const DrillNode& other : scene.world.nodes())
    if (&other != &node) names.push_back(other.name);
  return names;
}

void cut_off(Scene& scene, const DrillNode& node, FaultSeen& seen) {
  seen.at = scene.now();
  for (const std::string& other : others(scene, node)) scene.world.mesh()->set_between(node.name, other, Passage::hold);
  seen.service_from = scene.majority_without_one() ? seen.at : seen.at + apart_ms;
  heal(scene, seen);
}

void cut_off_leader(Scene& scene, FaultSeen& seen) {
  const DrillNode& node = scene.leading();
  seen.what = "the leader, " + node.name + ", hears and reaches no other node for 5 s";
  cut_off(scene, node, seen);
}

void cut_off_follower(Scene& scene, FaultSeen& seen) {
  const DrillNode& node = scene.following();
  seen.what = "a follower, " + node.name + ", hears and reaches no other node for 5 s";
  cut_off(scene, node, seen);
}

void all_apart(Scene& scene, FaultSeen& seen) {
  seen.what = "no node hears any other for 5 s";
  seen.at = scene.now();
  for (const DrillNode& node : scene.world.nodes())
    for (const std::string& other : others(scene, node)) scene.world.mesh()->set(node.name, other, Passage::hold);
  heal(scene, seen);
  seen.service_from = seen.healed;
}

// The leader's words do not get through; it hears everything.
void leader_unheard(Scene& scene, FaultSeen& seen) {
  const DrillNode& node = scene.leading();
  seen.what = "nobody hears the leader, " + node.name + ", for 5 s; it hears all";
  seen.at = seen.service_from = scene.now();
  for (const std::string& other : others(scene, node)) scene.world.mesh()->set(node.name, other, Passage::hold);
  heal(scene, seen);
}

void leader_deaf(Scene& scene, FaultSeen& seen) {
  const DrillNode& node = scene.leading();
  seen.what = "the leader, " + node.name + ", hears nobody for 5 s; all hear it";
  seen.at = seen.service_from = scene.now();
  for (const std::string& other : others(scene, node)) scene.world.mesh()->set(other, node.name, Passage::hold);
  heal(scene, seen);
}

void partial_mesh(Scene& scene, FaultSeen& seen) {
  const DrillNode& leader = scene.leading();
  const DrillNode& other = scene.following();
  seen.what = leader.name + " (leader) and " + other.name + " do not hear each other for 5 s; the third hears both";
  seen.at = seen.service_from = scene.now();
  scene.world.mesh()->set_between(leader.name, other.name, Passage::hold);
  heal(scene, seen);
}

void slow_network(Scene& scene, FaultSeen& seen) {
  seen.what = "every message between nodes takes 60 ms for 5 s";
  seen.at = seen.service_from = scene.now();
  scene.world.mesh()->set_delay(60);
  heal(scene, seen);
}

void jittery_network(Scene& scene, FaultSeen& seen) {
  seen.what = "every message between nodes takes 0 to 150 ms by chance for 5 s, each way and connection by itself";
  seen.at = seen.service_from = scene.now();
  scene.world.mesh()->set_delay(0, 150);
  heal(scene, seen);
}

// As after a router forgot its connections: one end starts anew while the other still believes in the old one.
void half_open(Scene& scene, FaultSeen& seen) {
  seen.what = "three times in 5 s one end of every connection between nodes is told that it is gone, the other end is not";
  seen.at = scene.now();
  for (int round = 0; round < 3; ++round) {
    scene.world.mesh()->halve_connections();
    scene.watch(1'600);
  }
  seen.healed = seen.service_from = scene.now();
  scene.world.mesh()->heal();
}

void flaky_network(Scene& scene, FaultSeen& seen) {
  seen.what = "every connection between nodes is cut four times a second for 5 s";
  seen.at = scene.now();
  for (int round = 0; round < 20; ++round) {
    scene.world.mesh()->drop_connections();
    scene.watch(250);
  }
  seen.healed = seen.service_from = scene.now();
}

}  // namespace

void add_network_faults(std::vector<Fault>& all) {
  all.push_back({"leader-cut-off", "partition: the leader alone, the others together", 3, can_always, cut_off_leader});
  all.push_back({"follower-cut-off", "partition: a follower alone, the others together", 3, can_always, cut_off_follower});
  all.push_back({"all-apart", "partition: every node alone", 2, can_always, all_apart});
  all.push_back(
      {"leader-unheard", "one-way: what the leader says is lost, what it is told arrives", 3, can_always, leader_unheard});
  all.push_back({"leader-deaf", "one-way: what the leader is told is lost, what it says arrives", 3, can_always, leader_deaf});
  all.push_back(
      {"partial-mesh", "the leader and one follower cannot hear each other, the third hears both", 3, can_always, partial_mesh});
  all.push_back({"slow-network", "delay: every message between nodes takes 60 ms", 2, can_always, slow_network});
  all.push_back({"jittery-network", "delay that changes: messages of different connections overtake each other", 2, can_always, jittery_network});
  all.push_back({"half-open", "connections of which one end only knows that they are gone", 2, can_always, half_open});
  all.push_back({"packets-reordered", "packets of one connection arrive in another order, or twice", 2,
                 cannot("TCP gives bytes in order and once: whoever stands between can only delay them or end the connection "
                        "(jittery-network, half-open, flaky-network); tests/session does it to packets over a virtual network"),
                 never});
  all.push_back({"flaky-network", "loss: connections between nodes are cut again and again", 2, can_always, flaky_network});
}

}  // namespace tally::drill
