// What a data directory's node knows of its cluster: <data>/cluster.json. Who votes stands in each shard's log, not here; this
// is how to reach others and what they are for.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/data_directory.hpp"
#include "persistence/consensus/types.hpp"

namespace tally {

struct ClusterMember {
  consensus::NodeId id = consensus::nobody;
  std::string name;
  std::string address;               // HOST:PORT
  consensus::Duty duty = consensus::Duty::voter;
  bool gone = false;                 // it left, and is not taken back
  std::uint64_t version = 0;         // of this row; the newest is believed
};

struct ClusterSettings {
  std::string cluster;               // its name; nodes of others are not heard
  std::string name;                  // this node's
  std::string listen;                // HOST:PORT
  std::string certificates;          // directory; empty: none, loopback only
  bool founder = false;              // founds the logs of shards that are nowhere yet
  std::vector<std::string> via;      // addresses to begin with
  std::vector<ClusterMember> book;   // everybody known, this node included
  std::map<std::string, std::string> reach;  // by name: where this node reaches that one, where it is not the book's address (forwarded
                                             // ports, a drill's proxies)

  const ClusterMember* find(consensus::NodeId id) const;
  const ClusterMember* find(const std::string& name_or_id) const;
  const std::string& reached_at(const ClusterMember& member) const;
  // Takes rows that are newer than what is known; true where anything changed.
  bool merge(const std::vector<ClusterMember>& rows);
};

std::string id_text(consensus::NodeId id);                            // 16 hexadecimal digits
std::optional<consensus::NodeId> id_of(const std::string& text);
const char* text_of(consensus::Duty duty);

std::filesystem::path cluster_file(const DataDirectory& data);
// Throws CommandFailed where the file is there and cannot be read.
std::optional<ClusterSettings> read_cluster_settings(const DataDirectory& data);
void write_cluster_settings(const DataDirectory& data, const ClusterSettings& settings);

// The book as JSON text, on the wire and in the file.
std::string book_text(const std::vector<ClusterMember>& book);
std::vector<ClusterMember> book_of(const std::string& text);   // throws CommandFailed

}  // namespace tally
