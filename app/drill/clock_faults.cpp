// Clocks that say something else. A node compares no clock with another node's, and takes durations only, of CLOCK_BOOTTIME and
// CLOCK_MONOTONIC; the wall clock is written down, and nothing follows from it.
#include <unistd.h>

#include "app/drill/fault_lists.hpp"

namespace tally::drill {
namespace {

std::string time_namespace_missing(const Means&) {
  if (::geteuid() != 0) return "a time namespace needs root";
  static const bool there = ::system("unshare --fork --time --boottime 1000 true > /dev/null 2>&1") == 0;
  return there ? "" : "unshare --time is not there, or this kernel has no time namespaces";
}

// As if its machine had been up, and asleep, for days: boottime and monotonic time are far from the others', and far apart.
void shift_boot_clock(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.leading();
  seen.what = "the leader, " + node.name + ", is killed and comes back with a boot clock 11 days ahead, its monotonic clock one day, and leads";
  seen.takes_leader = true;
  seen.at = scene.now();
  node.process->kill();
  scene.watch(500);
  seen.healed = scene.now();
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
  scene.world.start_node(node, {"/usr/bin/unshare", "--fork", "--kill-child", "--time", "--boottime", "1000000", "--monotonic", "100000",
                                (program_directory() / "tallyd").string()});
  if (scene.world.clustered()) {
    watch_until(scene, 15'000, [&] { return scene.world.sight_of(node).value_or(ShardSight{}).reachable == scene.world.nodes().size(); });
    if (scene.leading().name != node.name) scene.world.ask(scene.leading(), {{"op", "cluster_transfer"}, {"to", node.name}}, 10);
  }
  scene.watch(3'000);
  if (const auto leader = scene.world.leader(); !leader || leader->node != node.name) seen.unmet = node.name + " does not lead, though asked to";
  node.process->kill();   // what stands between hands on no signal but this
  scene.watch(500);
  scene.world.start_node(node);
  seen.healed = scene.now();
  if (!scene.majority_without_one()) seen.service_from = seen.healed;
}

}  // namespace

void add_clock_faults(std::vector<Fault>& all) {
  all.push_back({"boot-clock-shifted", "a leader whose boot and monotonic clocks are days from the others'", 1, time_namespace_missing,
                 shift_boot_clock});
  all.push_back({"wall-clock-jumps", "the wall clock of a running node jumps by an hour", 1,
                 cannot("it is one clock for the whole machine, and a node reads it from the kernel alone; tests/live_host moves the clock "
                        "that a node is given, tests/simulation those of whole clusters"),
                 never});
  all.push_back({"machine-sleeps", "the machine sleeps and wakes: boottime runs on, monotonic time does not", 1,
                 cannot("a machine that sleeps holds no drill; tests/consensus and tests/simulation let clocks move apart"), never});
}

}  // namespace tally::drill
