// Too much of everything: too little memory, more load than can be carried, more history than memory keeps.
#include <sys/resource.h>

#include "app/drill/fault_lists.hpp"
#include "app/exit_code.hpp"

namespace tally::drill {
namespace {

// ---- memory ----

// Nothing more is given to it than it has: the next page that it asks for is refused, also of what it has reserved and not used.
void limit_memory(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.leading();
  seen.what = "the leader, " + node.name + ", gets no more memory than it has";
  seen.node = node.name;
  seen.takes_leader = true;
  const rlimit nothing_more{1, 1};
  if (::prlimit(node.process->pid(), RLIMIT_DATA, &nothing_more, nullptr) != 0 ||
      ::prlimit(node.process->pid(), RLIMIT_AS, &nothing_more, nullptr) != 0)
    throw CommandFailed(exit_failed, "the memory of " + node.name + " could not be limited");
  seen.at = scene.now();
  // What it holds already may last for long: large entries take memory at once.
  const std::string large(900'000, 'x');
  const auto greedy = [&] {
    try {
      scene.world.ask(node, {{"op", "drill"}, {"what", "fault"}, {"drill", "memory-limit"}, {"text", large}}, 1);
    } catch (const CommandFailed&) {  // that it ends is the point
    }
    return !node.process->running();
  };
  const bool ended = watch_until(scene, 15'000, greedy);
  const bool said = log_of(scene, node).find("out of memory") != std::string::npos;
  seen.what += ended ? "; it ended with " + node.process->ended() : "; it went on with what it had";
  if (ended && !said) seen.unmet = node.name + " ended without a word about memory";
  node.process->kill();
  scene.watch(500);
  seen.healed = scene.now();
  scene.world.start_node(node);
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
}

// ---- load ----

constexpr std::size_t crowd = 64;
constexpr int crowd_ms = 6'000;

// "INLET_FULL: ..." and the like; a program can tell what it was.
std::string code_of(const std::string& said) {
  const auto end = said.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
  return said.substr(0, end == std::string::npos ? said.size() : end);
}

void overload(Scene& scene, FaultSeen& seen) {
  LoadSettings settings;
  settings.targets = scene.world.targets();
  settings.account = scene.world.profile().account.account.symbol();
  for (const ProductDefined& product : scene.world.profile().products) settings.products.push_back(product.product);
  settings.senders = crowd;
  settings.pause_ms = 0;
  settings.consumes = false;
  settings.record = scene.world.directory() / "attempts-of-the-crowd.jsonl";
  settings.now = scene.now;
  Load load(settings);
  seen.at = seen.service_from = scene.now();
  load.start();
  scene.watch(crowd_ms);
  load.stop();
  seen.healed = scene.now();
  scene.commands = load.commands();
  std::size_t acknowledged = 0;
  std::map<std::string, std::size_t> refused;
  for (const CommandSeen& command : scene.commands) {
    if (command.fate == Fate::acknowledged) ++acknowledged;
    else ++refused[code_of(command.said)];
  }
  seen.what = std::to_string(crowd) + " senders without a pause for " + std::to_string(crowd_ms / 1'000) + " s: " +
              std::to_string(acknowledged) + " acknowledged";
  for (const auto& [code, count] : refused) {
    seen.what += ", " + std::to_string(count) + ' ' + (code.empty() ? "without a code" : code);
    if (code.empty()) seen.unmet = "a command was refused without a code";
  }
}

// ---- history ----

constexpr std::size_t pieces = 112, piece_bytes = std::size_t{256} << 10;   // 28 MiB: more than a leader keeps in memory for followers

// A follower is away while more is recorded than memory keeps, and is killed while it fetches.
void install_history(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.what = node.name + " is away while " + std::to_string(pieces * piece_bytes >> 20) + " MiB are recorded, and killed again while it fetches them";
  seen.at = seen.service_from = scene.now();
  node.process->kill();
  const std::string bulk(piece_bytes, 'x');
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    scene.world.record("fault", "history-install", bulk);
    scene.watch(0);
  }
  const std::uint64_t wanted = scene.world.committed();
  scene.world.start_node(node);
  scene.watch(700);
  node.process->kill();
  scene.world.start_node(node);
  const auto has = [&] { return scene.world.sight_of(node).value_or(ShardSight{}).committed; };
  if (!watch_until(scene, 30'000, [&] { return has() >= wanted; }))
    seen.unmet = node.name + " has " + std::to_string(has()) + " of " + std::to_string(wanted) + " entries after 30 s";
  seen.healed = scene.now();
  seen.what += "; it had all of it " + std::to_string(seen.healed - seen.at) + " ms after it went";
}

}  // namespace

void add_limit_faults(std::vector<Fault>& all) {
  all.push_back({"memory-limit", "the leader gets no memory any more", 1, can_always, limit_memory});
  all.push_back({"overload", "far more commands than can be carried", 1, can_always, overload});
  all.push_back({"history-install", "a follower fetches more history than memory keeps, under load, and is killed while it does", 3, can_always,
                 install_history});
}

}  // namespace tally::drill
