// What a drill has seen of a cluster, gathered by the drill itself, by the venue, and from the nodes' journals after the end. Values
// only: the judge needs no cluster, and its tests make histories by hand.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/venue/venue_audit.hpp"
#include "messages/decimal.hpp"

namespace tally::drill {

// Milliseconds of CLOCK_MONOTONIC since the drill began.
using Ms = std::int64_t;

// How one command of the load ended, retries under its own key included.
enum class Fate : std::uint8_t {
  acknowledged,  // a node said that it is recorded
  refused,       // every attempt was refused, and nothing was recorded by what was said
  unknown,       // some attempt ended without an answer, none with yes
};
BOOST_DESCRIBE_ENUM(Fate, acknowledged, refused, unknown)

struct CommandSeen {
  std::string key;
  std::string what;           // "deposit", "signal" ...
  Fate fate = Fate::unknown;
  std::string node;           // that answered last
  Ms sent = 0;
  Ms answered = 0;            // the last answer
  Ms waited = 0;              // of the attempt that was answered
  std::uint64_t offset = 0;   // as acknowledged
  std::uint32_t attempts = 0;
  std::string said;           // the last refusal or error
};
BOOST_DESCRIBE_STRUCT(CommandSeen, (), (key, what, fate, node, sent, answered, waited, offset, attempts, said))

// What the judge needs of one entry of an account's journal.
struct EntrySeen {
  std::uint64_t offset = 0;
  std::uint64_t term = 0;
  std::string hash;                       // of its stored bytes
  std::vector<std::string> keys;          // of commands that it records
  std::vector<std::string> commanded;     // client order ids
  std::vector<std::string> orphans;       // orders of the venue that it found and that were not the account's
};

struct FillSeen {
  std::uint64_t offset = 0;               // of its entry
  std::string execution;
  std::string order;
  std::string product;
  Quantity quantity;                      // signed
};

struct NodeSeen {
  std::string name;
  bool opened = false;                    // its journal could be read
  std::string damage;                     // why not, or what verifying found
  std::uint64_t committed = 0;            // as its disk knows; that may lag behind what was acknowledged
  std::vector<EntrySeen> entries;         // of the account's shard, from 1 on, up to the last on its disk
  std::vector<FillSeen> fills;
  std::size_t doubts = 0;                 // OrderInDoubt
  std::uint64_t resident_max = 0;         // bytes
  std::uint64_t disk_bytes = 0;           // of its directory in the end
};

// Who led when, as anybody saw it: cluster status, or a login at the venue.
struct LeaderSeen {
  Ms at = 0;
  std::uint64_t term = 0;
  std::string node;
};

// What a node's log says happened to it; for times, not for verdicts.
struct LogSeen {
  enum class What : std::uint8_t { peer_lost, leads, hosts };
  Ms at = 0;
  std::string node;
  What what = What::peer_lost;
  Ms took = 0;                // hosts: from leading to being ready
};

// What a consumer of entries was given, in the order in which it got it.
struct ConsumedSeen {
  std::uint64_t offset = 0;
  std::string hash;
};

struct FaultSeen {
  std::string what;           // "kill -9 of the leader, node-1"
  Ms at = 0;
  Ms healed = 0;
  Ms service_from = 0;        // when commands should be taken again: at once where a majority is left, else from the heal on
  std::string node;           // that it hit; empty: all or none
  bool silences = false;      // from `at` to `healed` that node must not act: stopped, cut off or dead
  bool corrupts = false;      // a node's disk was damaged: that it says so is right
  std::string drill{};        // its name
  bool takes_leader = false;  // from then on somebody else has to lead
  std::string unmet{};        // what should have been said or done about it by then, and was not
};
BOOST_DESCRIBE_STRUCT(FaultSeen, (), (what, at, healed, service_from, node, silences, corrupts, drill, takes_leader, unmet))

struct Goals {
  Ms available_again = 5'000;                        // from service_from to the next acknowledged command
  Ms on_its_way = 100;                               // what a node wrote before it was silenced may arrive so long after
  std::uint64_t resident_max = std::uint64_t{1} << 30;
  std::uint64_t disk_max = std::uint64_t{2} << 30;
  Quantity position_max;                             // |position| a product; 0: none is set
  Quantity order_quantity_max;
};

struct Evidence {
  std::vector<CommandSeen> commands;
  std::vector<NodeSeen> nodes;
  std::vector<LeaderSeen> leaders;                   // in order of time
  std::vector<LogSeen> log;                          // of all nodes
  std::vector<ConsumedSeen> consumed;
  std::vector<FaultSeen> faults;
  VenueAudit venue;
  std::vector<VenueHistoryLine> door;                // the venue's history
  std::int64_t began_ns = 0;                         // CLOCK_MONOTONIC of Ms 0, as the door's monotonic_ns
  Goals goals;
};

}  // namespace tally::drill
