// The processes of one drill: a venue and some nodes on loopback, in a directory of the drill's own.
//
//   <directory>/DRILL            says that this is a drill's, and may be made anew
//   <directory>/profile.yaml     of all of them; its venue is the drill's own simulated one
//   <directory>/venue/, node-1/, node-2/ ...
//   <directory>/attempts.jsonl   what the load tried; see load.hpp
//   <directory>/report.json      the last drill's
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/data_directory.hpp"
#include "app/drill/child_process.hpp"
#include "app/drill/load.hpp"
#include "app/profile.hpp"

namespace tally::drill {

struct DrillNode {
  std::string name;
  DataDirectory data;
  std::unique_ptr<ChildProcess> process;   // null while it does not run
  std::uint64_t resident_max = 0;          // as sampled
};

class World {
 public:
  // Makes the directory anew, writes the profile and starts the venue and the nodes; returns when every node answers. Refuses
  // (CommandFailed) a directory that holds anything but a former drill, and a profile whose venue is not the simulated one of this
  // machine. Processes belong to the thread that calls this.
  World(const std::filesystem::path& directory, const std::filesystem::path& profile, std::size_t nodes);
  ~World();   // ends them all
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  const Profile& profile() const { return profile_; }
  std::vector<DrillNode>& nodes() { return nodes_; }
  DrillNode& node(const std::string& name);
  std::string venue_address() const { return venue_address_; }
  DataDirectory venue_data() const { return {directory_ / "venue"}; }
  std::vector<Target> targets() const;

  void start_node(DrillNode& node);
  void start_venue();
  ChildProcess& venue() { return *venue_; }

  // Who leads the account's shard, as the nodes say; none where nobody knows one.
  std::optional<LeaderSeen> leader();
  // Returns when a node leads, and every node that runs answers. Throws CommandFailed when that takes longer.
  void wait_until_ready(int patience_ms);
  // Takes the nodes' memory into account.
  void sample();
  // Ends the nodes and the venue in order, so that their journals can be read. What did not end by itself is killed.
  void stop_all();

 private:
  void found();

  std::filesystem::path directory_;
  Profile profile_;
  std::string venue_address_ = "127.0.0.1:0";
  std::unique_ptr<ChildProcess> venue_;
  std::vector<DrillNode> nodes_;
};

}  // namespace tally::drill
