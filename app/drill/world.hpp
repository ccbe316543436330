// The processes of one drill: a venue and some nodes on loopback, in a directory of the drill's own.
//
//   <directory>/DRILL            says that this is a drill's, and may be made anew
//   <directory>/profile.yaml     of all of them; its venue is the drill's own simulated one
//   <directory>/venue/, node-1/, node-2/ ...
//   <directory>/attempts.jsonl   what the load tried; see load.hpp
//   <directory>/report.json      the last drill's
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/data_directory.hpp"
#include "app/drill/child_process.hpp"
#include "app/drill/load.hpp"
#include "app/drill/proxy.hpp"
#include "app/profile.hpp"

namespace tally::drill {

struct DrillNode {
  std::string name;
  DataDirectory data;
  std::string address;                     // where the other nodes reach it; empty: there are none
  std::unique_ptr<ChildProcess> process;   // null while it does not run
  bool stopped = false;                    // frozen by the drill: not asked anything
  std::uint64_t resident_max = 0;          // as sampled
};

// A node's own view of the account's replicated shard.
struct ShardSight {
  bool hosts = false;            // it leads, and runs the account
  std::uint64_t term = 0;
  std::uint64_t committed = 0;
  std::string leader;            // name; empty: it knows none
  std::size_t voters = 0;
  std::size_t reachable = 0;     // nodes, itself included
};

class World {
 public:
  // Makes the directory anew, writes the profile and starts the venue and the nodes; returns when every node answers. Refuses
  // (CommandFailed) a directory that holds anything but a former drill, and a profile whose venue is not the simulated one of this
  // machine. Processes belong to the thread that calls this.
  // `certified`: the nodes have certificates of an authority of the drill's own, in <directory>/authority.
  World(const std::filesystem::path& directory, const std::filesystem::path& profile, std::size_t nodes, bool certified = false);
  ~World();   // ends them all
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  const Profile& profile() const { return profile_; }
  std::vector<DrillNode>& nodes() { return nodes_; }
  DrillNode& node(const std::string& name);
  bool clustered() const { return nodes_.size() > 1; }
  std::string venue_address() const { return venue_address_; }
  DataDirectory venue_data() const { return {directory_ / "venue"}; }
  std::vector<Target> targets() const;

  // What lies between the nodes; none where there is one only.
  ProxyMesh* mesh() { return mesh_.get(); }

  // By another program or by way of one, where `program` says so: the words before its arguments.
  void start_node(DrillNode& node, std::vector<std::string> program = {});
  // Makes an empty directory a node of the cluster, by way of any other node.
  void join(DrillNode& node);
  // Asks a node's control socket; throws CommandFailed.
  boost::json::object ask(const DrillNode& node, const boost::json::object& request, int patience_seconds);
  // Writes into the account's journal what the drill does, by whichever node takes it. Throws CommandFailed, also where a node is not
  // certain that the venue is simulated.
  void record(const std::string& what, const std::string& drill, const std::string& text);
  std::filesystem::path authority() const { return directory_ / "authority"; }
  std::filesystem::path certificates(const DrillNode& node) const { return directory_ / ("certificates-" + node.name); }
  void start_venue();
  ChildProcess& venue() { return *venue_; }

  // Who leads the account's shard and hosts it, as it says itself; none where nobody does.
  std::optional<LeaderSeen> leader();
  // What one node says of the account's shard; none where it does not answer.
  std::optional<ShardSight> sight_of(const DrillNode& node);
  // How far the account's journal is committed, as the node says that has most of it.
  std::uint64_t committed();
  // Returns when a node hosts the account, every node votes, and each reaches all others. Throws CommandFailed when that takes longer, or a node ended.
  void wait_until_ready(int patience_ms);
  // Takes the nodes' memory into account.
  void sample();
  // Ends the nodes and the venue in order, so that their journals can be read. What did not end by itself is killed.
  void stop_all();

 private:
  void found();
  void settle_links(const DrillNode& node);
  void tally(const std::vector<std::string>& arguments);

  std::filesystem::path directory_;
  const bool certified_;
  Profile profile_;
  std::string venue_address_ = "127.0.0.1:0";
  std::unique_ptr<ChildProcess> venue_;
  std::unique_ptr<ProxyMesh> mesh_;
  std::vector<DrillNode> nodes_;
};

}  // namespace tally::drill
