// An account that no node can host: a failure that lies in the account must not go round the cluster for ever.
#include "app/drill/fault_lists.hpp"
#include "persistence/atomic_file.hpp"

namespace tally::drill {
namespace {

constexpr int parked_within_ms = 15'000;

std::size_t count_in(const std::string& text, std::string_view wanted) {
  std::size_t count = 0;
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + wanted.size())) ++count;
  return count;
}

// Every node's profile of the account says what none of them can do. The leader falls; the next one cannot host, hands over, and the
// one after that says that it is the same thing again.
void make_unhostable(Scene& scene, FaultSeen& seen) {
  seen.what = "no node can read the account's profile, and the leader is killed";
  seen.takes_leader = true;
  DrillNode& killed = scene.leading();   // afterwards no node says so: it cannot say which account it has
  const Symbol account = scene.world.profile().account.account.symbol();
  std::map<std::string, std::string> profiles;
  for (const DrillNode& node : scene.world.nodes()) {
    profiles[node.name] = read_file(node.data.account_profile(account));
    write_file_atomically(node.data.account_profile(account), "venue: [this is no profile\n");
  }
  seen.at = scene.now();
  killed.process->kill();
  std::size_t parked = 0, leaderships = 0;
  const auto look = [&] {
    parked = leaderships = 0;
    for (const DrillNode& node : scene.world.nodes()) {
      const std::string log = log_of(scene, node);
      parked += count_in(log, ": parked in term");
      leaderships += count_in(log, ", this node leads");
    }
    return parked > 0;
  };
  const bool was_parked = watch_until(scene, parked_within_ms, look);
  const std::size_t before = leaderships;
  scene.watch(3'000);
  look();
  if (!was_parked) seen.unmet = "nobody parked the account within 15 s, though two nodes failed alike";
  else if (leaderships > before) seen.unmet = "leadership went on after the account was parked";
  seen.what += was_parked ? "; the second node that failed parked it" : "";
  for (DrillNode& node : scene.world.nodes()) {
    if (node.process->running()) node.process->stop(10'000);
    write_file_atomically(node.data.account_profile(account), profiles.at(node.name));
  }
  for (DrillNode& node : scene.world.nodes()) scene.world.start_node(node);   // as a person does after mending it
  seen.healed = seen.service_from = scene.now();
}

}  // namespace

void add_account_faults(std::vector<Fault>& all) {
  all.push_back({"unhostable", "an account that no node can host: the failure does not go round", 3, can_always, make_unhostable});
}

}  // namespace tally::drill
