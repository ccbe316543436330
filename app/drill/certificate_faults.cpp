// Who may take part: certificates of another authority, and certificates that are over. The drill's nodes have an authority of its own.
#include <ctime>

#include "app/certificates/authority.hpp"
#include "app/drill/fault_lists.hpp"
#include "persistence/replication/identity.hpp"

namespace tally::drill {
namespace {

namespace fs = std::filesystem;

constexpr int left_alone_ms = 4'000;

// The node starts again with what `spoil` made of its certificate, must be heard by nobody for a while, and then gets its own back.
void start_with_another(Scene& scene, FaultSeen& seen, DrillNode& node, const std::function<void(const fs::path& to)>& spoil) {
  const fs::path own = scene.world.certificates(node);
  const fs::path kept = own.string() + ".kept";
  seen.node = node.name;
  seen.at = scene.now();
  node.process->stop(10'000);
  fs::rename(own, kept);
  spoil(own);
  scene.world.start_node(node);
  bool heard = false;
  for (const Ms until = scene.now() + left_alone_ms; scene.now() < until; scene.watch(200))
    heard |= scene.world.sight_of(scene.leading()).value_or(ShardSight{}).reachable == scene.world.nodes().size();
  if (heard) seen.unmet = node.name + " was heard, though its certificate is worth nothing";
  std::string said = log_of(scene, node);
  for (const DrillNode& other : scene.world.nodes()) said += log_of(scene, other);
  if (said.find("no TLS with") == std::string::npos && said.find("ertificate") == std::string::npos)
    seen.unmet = "nobody says that a certificate is not accepted";
  seen.what += node.process->running() ? "; nobody heard it" : "; it did not start (" + node.process->ended() + ")";
  node.process->stop(10'000);
  fs::remove_all(own);
  fs::rename(kept, own);
  scene.world.start_node(node);
  seen.healed = scene.now();
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
  if (!watch_until(scene, 10'000, [&] { return scene.world.sight_of(scene.leading()).value_or(ShardSight{}).reachable == scene.world.nodes().size(); }))
    seen.unmet = node.name + " is not heard again, though it has its own certificate back";
}

void other_authority(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.what = node.name + " comes with a certificate of another authority for 4 s";
  start_with_another(scene, seen, node, [&](const fs::path& to) {
    const fs::path strangers = scene.world.directory() / "other-authority";
    create_authority(strangers, "drill", valid_for(2));
    issue_certificate(strangers, replication::node_identity(node.data.journal()), to, valid_for(1));
    // It believes in the others; they do not believe in it.
    fs::copy_file(scene.world.authority() / cluster::authority_file, to / cluster::authority_file, fs::copy_options::overwrite_existing);
  });
}

void somebody_elses(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.what = node.name + " comes with a good certificate that is another node's, for 4 s";
  start_with_another(scene, seen, node, [&](const fs::path& to) {
    issue_certificate(scene.world.authority(), replication::fresh_number(), to, valid_for(1));
  });
}

void expired(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.what = node.name + " comes with its certificate of yesterday for 4 s";
  start_with_another(scene, seen, node, [&](const fs::path& to) {
    const std::int64_t now_s = std::time(nullptr);
    issue_certificate(scene.world.authority(), replication::node_identity(node.data.journal()), to, {now_s - 3'000, now_s - 60});
  });
}

Fault certified(const char* name, const char* what, void (*inject)(Scene&, FaultSeen&)) {
  Fault fault{name, what, 3, can_always, inject};
  fault.certified = true;
  return fault;
}

}  // namespace

void add_certificate_faults(std::vector<Fault>& all) {
  all.push_back(certified("certificate-of-strangers", "a node comes with a certificate of another authority", other_authority));
  all.push_back(certified("certificate-of-another", "a node comes with a good certificate that is another node's", somebody_elses));
  all.push_back(certified("certificate-expired", "a node comes with a certificate that is over", expired));
}

}  // namespace tally::drill
