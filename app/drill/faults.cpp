#include <signal.h>

#include <chrono>
#include <thread>

#include "app/drill/fault.hpp"
#include "app/exit_code.hpp"

namespace tally::drill {
namespace {

using Now = std::function<Ms()>;

constexpr int dead_ms = 2'000;       // a killed node stays away so long
constexpr int stopped_ms = 3'000;    // longer than any lease

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

DrillNode& leading(World& world) {
  const auto leader = world.leader();
  if (!leader) throw CommandFailed(exit_failed, "nobody leads: there is no leader to hit");
  return world.node(leader->node);
}

bool majority_without_one(const World& world) { return world.targets().size() >= 3; }

void kill_and_restart(World& world, DrillNode& node, const Now& now, FaultSeen& seen) {
  seen.node = node.name;
  seen.silences = true;
  seen.at = now();
  node.process->kill();
  sleep_ms(dead_ms);
  seen.healed = now();
  world.start_node(node);
  seen.service_from = majority_without_one(world) ? seen.at : seen.healed;
}

void kill_leader(World& world, const Now& now, FaultSeen& seen) {
  DrillNode& node = leading(world);
  seen.what = "kill -9 of the leader, " + node.name;
  kill_and_restart(world, node, now, seen);
}

void kill_follower(World& world, const Now& now, FaultSeen& seen) {
  const std::string leader = leading(world).name;
  for (DrillNode& node : world.nodes()) {
    if (node.name == leader) continue;
    seen.what = "kill -9 of a follower, " + node.name;
    return kill_and_restart(world, node, now, seen);
  }
}

void kill_all(World& world, const Now& now, FaultSeen& seen) {
  seen.what = "kill -9 of every node";
  seen.at = now();
  for (DrillNode& node : world.nodes()) node.process->signal(SIGKILL);
  for (DrillNode& node : world.nodes()) node.process->kill();
  sleep_ms(500);
  seen.healed = seen.service_from = now();
  for (auto node = world.nodes().rbegin(); node != world.nodes().rend(); ++node) world.start_node(*node);
}

void stop_leader(World& world, const Now& now, FaultSeen& seen) {
  DrillNode& node = leading(world);
  seen.what = "SIGSTOP of the leader, " + node.name + ", for " + std::to_string(stopped_ms / 1'000) + " s";
  seen.node = node.name;
  seen.silences = true;
  node.process->signal(SIGSTOP);
  seen.at = now();
  sleep_ms(stopped_ms);
  seen.healed = now();
  node.process->signal(SIGCONT);
  seen.service_from = majority_without_one(world) ? seen.at : seen.healed;
}

void kill_venue(World& world, const Now& now, FaultSeen& seen) {
  seen.what = "kill -9 of the venue";
  seen.at = seen.service_from = now();  // an account takes commands without a venue
  world.venue().kill();
  sleep_ms(500);
  seen.healed = now();
  world.start_venue();
}

void stop_venue(World& world, const Now& now, FaultSeen& seen) {
  seen.what = "SIGSTOP of the venue for 7 s: it is silent, and its connections stay";
  world.venue().signal(SIGSTOP);
  seen.at = seen.service_from = now();
  sleep_ms(7'000);
  seen.healed = now();
  world.venue().signal(SIGCONT);
}

std::string nothing_missing() { return {}; }

}  // namespace

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all{
      {"leader-killed", "the leader's process is killed (kill -9) and comes back after two seconds", 1, nothing_missing, kill_leader},
      {"follower-killed", "a follower's process is killed and comes back after two seconds", 2, nothing_missing, kill_follower},
      {"all-killed", "every node is killed at once and started again in another order", 1, nothing_missing, kill_all},
      {"leader-stopped", "the leader is frozen (SIGSTOP) for longer than its lease, then wakes", 1, nothing_missing, stop_leader},
      {"venue-killed", "the venue is killed with orders on their way, and comes back", 1, nothing_missing, kill_venue},
      {"venue-silent", "the venue freezes: connections stay, nothing answers; then it wakes", 1, nothing_missing, stop_venue},
  };
  return all;
}

}  // namespace tally::drill
