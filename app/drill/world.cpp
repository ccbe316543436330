#include "app/drill/world.hpp"

#include <signal.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "app/control_client.hpp"
#include "app/exit_code.hpp"
#include "app/venue/venue_process.hpp"
#include "persistence/atomic_file.hpp"

namespace tally::drill {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int start_patience_ms = 30'000;
constexpr int stop_patience_ms = 10'000;

template <class Is>
bool within(int patience_ms, Is is) {
  const auto until = Clock::now() + std::chrono::milliseconds(patience_ms);
  while (!is()) {
    if (Clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

// Only what a drill made is made anew; nobody's account is.
void make_drill_directory(const fs::path& directory) {
  if (fs::exists(directory) && !fs::is_empty(directory) && !fs::exists(directory / "DRILL"))
    throw CommandFailed(exit_usage, directory.string() + " holds something that is no drill: name an empty directory with --data");
  fs::remove_all(directory);
  fs::create_directories(directory);
  fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace);
  std::ofstream(directory / "DRILL") << "made by tally drill; made anew by the next one\n";
}

// The interlock: faults are injected into accounts of this drill's own simulated venue, and into no others.
void refuse_real_venues(const Profile& profile) {
  if (!profile.venue_reach.address.empty())
    throw CommandFailed(exit_usage, "the profile's account trades at " + profile.venue_reach.address +
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

World::World(const fs::path& directory, const fs::path& profile, std::size_t nodes) : directory_(fs::absolute(directory)) {
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
    nodes_.push_back({name, {directory_ / name}, nullptr, 0});
  }
  found();
  for (DrillNode& node : nodes_) start_node(node);
  wait_until_ready(start_patience_ms);
}

World::~World() {
  for (DrillNode& node : nodes_) node.process.reset();
  venue_.reset();
}

// A single node needs no cluster to be founded.
void World::found() {
  if (nodes_.size() > 1) throw CommandFailed(exit_failed, "this build has no clusters yet: drills run on one node");
}

void World::start_venue() {
  fs::remove(venue_address_file(venue_data()));
  venue_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{(program_directory() / "tally").string(), "venue", "run", "--data", venue_data().path.string(), "--listen", venue_address_,
                               "--profile", (directory_ / "venue.yaml").string()},
      directory_ / "venue.out");
  if (!within(start_patience_ms, [&] { return fs::exists(venue_address_file(venue_data())) || !venue_->running(); }) || !venue_->running())
    throw CommandFailed(exit_failed, "the drill's venue did not start; see " + (directory_ / "venue.out").string());
  venue_address_ = read_file(venue_address_file(venue_data()));
}

void World::start_node(DrillNode& node) {
  node.process = std::make_unique<ChildProcess>(
      std::vector<std::string>{(program_directory() / "tallyd").string(), "--data", node.data.path.string(), "--profile",
                               (directory_ / "profile.yaml").string()},
      directory_ / (node.name + ".out"));
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

// One node alone leads itself.
std::optional<LeaderSeen> World::leader() {
  try {
    if (ControlClient::connect(nodes_.front().data.socket(), 1)) return LeaderSeen{0, 0, nodes_.front().name};
  } catch (const CommandFailed&) {
  }
  return std::nullopt;
}

void World::wait_until_ready(int patience_ms) {
  const bool ready = within(patience_ms, [&] {
    for (DrillNode& node : nodes_)
      if (node.process && !node.process->running())
        throw CommandFailed(exit_failed, node.name + " ended by itself (" + node.process->ended() + "); see " + (directory_ / (node.name + ".out")).string());
    return leader().has_value();
  });
  if (!ready) throw CommandFailed(exit_failed, "the drill's cluster has no leader after " + std::to_string(patience_ms / 1'000) + " s");
}

void World::sample() {
  for (DrillNode& node : nodes_)
    if (node.process) node.resident_max = std::max(node.resident_max, node.process->resident_bytes());
}

void World::stop_all() {
  for (DrillNode& node : nodes_)
    if (node.process) node.process->stop(stop_patience_ms);
  venue_->stop(stop_patience_ms);
}

}  // namespace tally::drill
