#include "app/drill/fault.hpp"

#include "app/drill/fault_lists.hpp"
#include "app/exit_code.hpp"

namespace tally::drill {

DrillNode& Scene::leading() {
  const auto leader = world.leader();
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

std::string can_always() { return {}; }

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = [] {
    std::vector<Fault> list;
    add_process_faults(list);
    add_network_faults(list);
    add_disk_faults(list);
    add_client_faults(list);
    return list;
  }();
  return all;
}

}  // namespace tally::drill
