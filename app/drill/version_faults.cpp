// Programs of two versions in one cluster, in the order of a rolling upgrade, and back.
#include "app/drill/fault_lists.hpp"

namespace tally::drill {
namespace {

std::string old_tallyd_missing(const Means& means) {
  if (means.old_tallyd.empty()) return "it needs the tallyd of an earlier version: --old-tallyd PATH";
  return std::filesystem::exists(means.old_tallyd) ? "" : "there is no " + means.old_tallyd.string();
}

void restart_with(Scene& scene, DrillNode& node, const std::filesystem::path& program) {
  node.process->stop(10'000);
  scene.world.start_node(node, {program.string()});
  watch_until(scene, 15'000, [&] { return scene.world.leader().has_value() && scene.world.sight_of(node).has_value(); });
  scene.watch(1'000);
}

void mix_versions(Scene& scene, FaultSeen& seen) {
  seen.what = "a follower, then the leader, goes on with an older program, and then both with this one again";
  const std::filesystem::path present = program_directory() / "tallyd";
  DrillNode& follower = scene.following();
  seen.at = seen.service_from = scene.now();
  restart_with(scene, follower, scene.means.old_tallyd);
  DrillNode& leader = scene.leading();
  restart_with(scene, leader, scene.means.old_tallyd);
  restart_with(scene, leader, present);
  restart_with(scene, follower, present);
  seen.healed = scene.now();
}

}  // namespace

void add_version_faults(std::vector<Fault>& all) {
  all.push_back({"mixed-versions", "nodes of two versions in one cluster", 3, old_tallyd_missing, mix_versions});
}

}  // namespace tally::drill
