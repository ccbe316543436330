#include "app/drill/world.hpp"

#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "app/certificates/authority.hpp"
#include "app/cluster/cluster_settings.hpp"
#include "app/control_client.hpp"
#include "app/exit_code.hpp"
#include "app/venue/venue_process.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/replication/identity.hpp"

namespace tally::drill {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr int start_patience_ms = 30'000;
constexpr int stop_patience_ms = 10'000;
constexpr int record_patience_ms = 15'000;

template <class Is>
bool within(int patience_ms, Is is) {
  const auto until = Clock::now() + std::chrono::milliseconds(patience_ms);
  while (!is()) {
    if (Clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

// A port that nobody has at present, below those that the system gives to whoever connects. None is given twice: who got it may
// not listen yet.
std::string free_address() {
  static std::minstd_rand random{std::random_device{}()};
  static std::set<std::string> given;
  for (int tries = 0; tries < 100; ++tries) {
    const std::string address = "127.0.0.1:" + std::to_string(20'000 + random() % 12'000);
    if (given.contains(address)) continue;
    try {
      LineSocket::listen_tcp(address);
      given.insert(address);
      return address;
    } catch (const SocketError&) {  // somebody has it
    }
  }
  throw CommandFailed(exit_failed, "no port is free between 20000 and 32000");
}

// Only what a drill made is made anew; nobody's account is.
void make_drill_directory(const fs::path& directory) {
  if (fs::exists(directory) && !fs::is_empty(directory) && !fs::exists(directory / "DRILL"))
    throw CommandFailed(exit_usage,
                        directory.string() + " holds something that is no drill: name an empty directory with --data");
  fs::remove_all(directory);
  fs::create_directories(directory);
  fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace);
  std::ofstream(directory / "DRILL") << "made by tally drill; made anew by the next one\n";
}

// The interlock: faults are injected into accounts of this drill's own simulated venue, and into no others.
void refuse_real_venues(const Profile& profile) {
  if (!profile.venue_reach.address.empty())
    throw CommandFailed(
        exit_usage,
        "the profile's account trades at " + profile.venue_reach.address +
            ": a drill injects faults only where the venue is its own simulated one; name a profile without venue.address");
}

// The same profile with the drill's venue in it.
std::string with_address(const std::string& profile, const std::string& address) {
  const auto section = profile.find("\nvenue:");
  const auto end = section == std::string::npos ? section : profile.find('\n', section + 1);
  if (end == std::string::npos) throw CommandFailed(exit_usage, "the profile has no section 'venue:' at the beginning of a line");
  return profile.substr(0, end + 1) + "  address: " + address + '\n' + profile.substr(end + 1);
}

}  // namespace

World::World(const fs::path& directory, const fs::path& profile, std::size_t nodes, bool certified)
    : directory_(fs::absolute(directory)), certified_(certified) {
  try {
    refuse_real_venues(read_profile(profile));
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  make_drill_directory(directory_);
  fs::copy_file(profile, directory_ / "venue.yaml");
  start_venue();
  write_file_atomically(directory_ / "profile.yaml", with_address(read_file(profile), venue_address_));
  profile_ = read_profile(directory_ / "profile.yaml");
  for (std::size_t n = 1; n <= nodes; ++n) {
    const std::string name = "node-" + std::to_string(n);
    nodes_.push_back({name, {directory_ / name}, nodes > 1 ? free_address() : "", nullptr, false, 0});
  }
  found();
  for (DrillNode& node : nodes_) start_node(node);
  wait_until_ready(start_patience_ms);
}

World::~World() {
  for (DrillNode& node : nodes_) node.process.reset();
  venue_.reset();
}

// One node alone needs no cluster.
void World::found() {
  if (!clustered()) return;
  std::map<std::string, std::string> addresses;
  for (const DrillNode& node : nodes_) addresses[node.name] = node.address;
  mesh_ = std::make_unique<ProxyMesh>(addresses);
  DrillNode& first = nodes_.front();
  tally({"cluster", "init", "--cluster", "drill", "--data", first.data.path.string(), "--name", first.name, "--listen",
         first.address, "--profile", (directory_ / "profile.yaml").string()});
  settle_links(first);
  for (DrillNode& node : nodes_)
    if (&node != &first) join(node);
}

void World::join(DrillNode& node) {
  const DrillNode& other = &node == &nodes_.front() ? nodes_.back() : nodes_.front();
  tally({"cluster", "join", "--cluster", "drill", "--data", node.data.path.string(), "--name", node.name, "--listen",
         node.address, "--via", mesh_->address(node.name, other.name)});
  settle_links(node);
}

// Whoever dials goes by way of a proxy, so that the drill may stand between any two.
void World::settle_links(const DrillNode& node) {
  auto settings = read_cluster_settings(node.data);
  if (!settings) throw CommandFailed(exit_failed, node.name + " was not made a node");
  for (const DrillNode& other : nodes_)
    if (&other != &node) settings->reach[other.name] = mesh_->address(node.name, other.name);
  if (certified_) {
    if (!fs::exists(authority())) create_authority(authority(), "drill", valid_for(2));
    fs::remove_all(certificates(node));
    issue_certificate(authority(), replication::node_identity(node.data.journal()), certificates(node), valid_for(1));
    settings->certificates = certificates(node).string();
  }
  write_cluster_settings(node.data, *settings);
}

void World::record(const std::string& what, const std::string& drill, const std::string& text) {
  std::string why = "nobody answers";
  const auto recorded = [&] {
    for (const DrillNode& node : nodes_) {
      if (!node.process || node.stopped) continue;
      try {
        ask(node, {{"op", "drill"}, {"what", what}, {"drill", drill}, {"text", text}}, 10);
        return true;
      } catch (const CommandFailed& failed) {
        why = failed.what();
      }
    }
    return false;
  };
  if (!within(record_patience_ms, recorded)) throw CommandFailed(exit_failed, "the drill could not be put on record: " + why);
}

json::object World::ask(const DrillNode& node, const json::object& request, int patience_seconds) {
  auto client = ControlClient::connect(node.data.socket(), patience_seconds);
  if (!client) throw CommandFailed(exit_not_found, node.name + " does not answer");
  return client->ask(request);
}

// One command to its end.
void World::tally(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{(program_directory() / "tally").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess one(command, directory_ / "tally.out");
  if (!within(start_patience_ms, [&] { return !one.running(); }) || one.ended() != "exit 0")
    throw CommandFailed(exit_failed,
                        "tally " + arguments[0] + ' ' + arguments[1] + " failed; see " + (directory_ / "tally.out").string());
}

void World::start_venue() {
  fs::remove(venue_address_file(venue_data()));
  venue_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{(program_directory() / "tally").string(), "venue", "run", "--data", venue_data().path.string(),
                               "--listen", venue_address_, "--profile", (directory_ / "venue.yaml").string()},
      directory_ / "venue.out");
  if (!within(start_patience_ms, [&] { return fs::exists(venue_address_file(venue_data())) || !venue_->running(); }) ||
      !venue_->running())
    throw CommandFailed(exit_failed, "the drill's venue did not start; see " + (directory_ / "venue.out").string());
  venue_address_ = read_file(venue_address_file(venue_data()));
}

void World::start_node(DrillNode& node, std::vector<std::string> command) {
  if (command.empty()) command.push_back((program_directory() / "tallyd").string());
  command.insert(command.end(), {"--data", node.data.path.string()});
  if (!clustered()) command.insert(command.end(), {"--profile", (directory_ / "profile.yaml").string()});
  node.process = std::make_unique<ChildProcess>(command, directory_ / (node.name + ".out"));
}

DrillNode& World::node(const std::string& name) {
  for (DrillNode& node : nodes_)
    if (node.name == name) return node;
  throw CommandFailed(exit_not_found, "the drill has no node '" + name + "'");
}

std::vector<Target> World::targets() const {
  std::vector<Target> targets;
  for (const DrillNode& node : nodes_) targets.push_back({node.name, node.data.socket()});
  return targets;
}

std::optional<ShardSight> World::sight_of(const DrillNode& node) {
  try {
    if (!clustered()) {
      ask(node, {{"op", "ping"}}, 1);
      return ShardSight{true, 0, 0, node.name, 1, 1};
    }
    const json::object status = ask(node, {{"op", "cluster_status"}}, 1);
    for (const json::value& value : status.at("groups").as_array()) {
      const json::object& group = value.as_object();
      if (group.at("shard").as_string() != profile_.account.account.text()) continue;
      ShardSight sight;
      sight.hosts = group.at("role").as_string() == "leader" && group.at("hosted").as_bool();
      sight.term = group.at("term").to_number<std::uint64_t>();
      sight.committed = group.at("commit").to_number<std::uint64_t>();
      sight.leader = group.at("leader").as_string();
      for (const json::value& member : group.at("members").as_array()) sight.voters += member.at("duty").as_string() == "voter";
      for (const json::value& other : status.at("nodes").as_array()) sight.reachable += other.at("reachable").as_bool();
      return sight;
    }
  } catch (const std::exception&) {  // it does not answer, or not yet
  }
  return std::nullopt;
}

std::optional<LeaderSeen> World::leader() {
  std::optional<LeaderSeen> newest;
  for (DrillNode& node : nodes_) {
    if (!node.process || node.stopped) continue;
    const auto sight = sight_of(node);
    if (sight && sight->hosts && (!newest || sight->term > newest->term)) newest = LeaderSeen{0, sight->term, node.name};
  }
  return newest;
}

std::uint64_t World::committed() {
  std::uint64_t most = 0;
  for (const DrillNode& node : nodes_) {
    if (node.stopped) continue;
    try {
      const json::object answer = ask(node, {{"op", "shards"}}, 1);
      for (const json::value& shard : answer.at("shards").as_array())
        if (shard.at("name").as_string() == profile_.account.account.text())
          most = std::max(most, shard.at("committed").to_number<std::uint64_t>());
    } catch (const std::exception&) {  // it does not run
    }
  }
  return most;
}

void World::wait_until_ready(int patience_ms) {
  const bool ready = within(patience_ms, [&] {
    for (DrillNode& node : nodes_)
      if (node.process && !node.process->running())
        throw CommandFailed(exit_failed, node.name + " ended by itself (" + node.process->ended() + "); see " +
                                             (directory_ / (node.name + ".out")).string());
    const auto sees_all = [&](const DrillNode& one) { return sight_of(one).value_or(ShardSight{}).reachable == nodes_.size(); };
    const auto seen = leader();
    return seen && sight_of(node(seen->node)).value_or(ShardSight{}).voters == nodes_.size() &&
           std::all_of(nodes_.begin(), nodes_.end(), sees_all);
  });
  if (!ready)
    throw CommandFailed(exit_failed, "the drill's nodes are not ready after " + std::to_string(patience_ms / 1'000) + " s");
}

void World::sample() {
  for (DrillNode& node : nodes_)
    if (node.process) node.resident_max = std::max(node.resident_max, node.process->resident_bytes());
}

void World::stop_all() {
  for (DrillNode& node : nodes_)
    if (node.process) node.process->signal(SIGTERM);  // all at once: leadership need not go round
  for (DrillNode& node : nodes_)
    if (node.process) node.process->stop(stop_patience_ms);
  venue_->stop(stop_patience_ms);
}

}  // namespace tally::drill
