#include "app/drill/fault.hpp"

#include "app/drill/fault_lists.hpp"
#include "app/exit_code.hpp"
#include "persistence/atomic_file.hpp"

namespace tally::drill {

namespace {
constexpr int leader_patience_ms = 10'000;   // on a busy machine leadership may just have been lost
}

DrillNode& Scene::leading() {
  auto leader = world.leader();
  for (const Ms until = now() + leader_patience_ms; !leader && now() < until; leader = world.leader()) watch(50);
  if (!leader) throw CommandFailed(exit_failed, "nobody leads: there is no leader to hit");
  return world.node(leader->node);
}

DrillNode& Scene::following() {
  const DrillNode& leader = leading();
  for (DrillNode& node : world.nodes())
    if (&node != &leader) return node;
  throw CommandFailed(exit_failed, "there is no follower to hit");
}

bool Scene::majority_without_one() const { return world.targets().size() >= 3; }

std::string can_always(const Means&) { return {}; }

std::function<std::string(const Means&)> cannot(std::string why) {
  return [why = std::move(why)](const Means&) { return why; };
}
void never(Scene&, FaultSeen&) { throw CommandFailed(exit_failed, "a drill that cannot be held was held"); }

bool watch_until(Scene& scene, int patience_ms, const std::function<bool()>& is) {
  for (const Ms until = scene.now() + patience_ms; !is(); scene.watch(50))
    if (scene.now() > until) return false;
  return true;
}

std::string log_of(const Scene& scene, const DrillNode& node) { return read_file(scene.world.directory() / (node.name + ".out")); }

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = [] {
    std::vector<Fault> list;
    add_process_faults(list);
    add_network_faults(list);
    add_disk_faults(list);
    add_client_faults(list);
    add_account_faults(list);
    add_limit_faults(list);
    add_certificate_faults(list);
    add_clock_faults(list);
    add_double_faults(list);
    add_version_faults(list);
    return list;
  }();
  return all;
}

}  // namespace tally::drill
