// How replicas on different machines reach each other: frames of opaque bytes to a node's id, on lanes that do not wait for
// each other. The port; CAF's side of it is in actors/host/cluster/.
//
// Laws
//  - send() never blocks and never throws because of the network. A frame may be lost, duplicated or late; frames of one
//    lane that arrive come in the order in which they were sent within one connection.
//  - What waits for one peer is bounded in bytes, over all lanes; beyond it frames are dropped, bulk first, votes last.
//  - `from` is proven: a frame is delivered only under the id whose key the sender holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace tally::replication {

using NodeId = std::uint64_t;  // random, kept in the data directory; 0 is nobody
using Frame = std::vector<std::byte>;

// votes: votes and heartbeats. log: appends and their answers. bulk: history for those far behind. calls: what nodes ask
// each other for people (commands, status).
enum class Lane : std::uint8_t { votes, log, bulk, calls };
constexpr std::size_t lanes = 4;

class Transport {
 public:
  using Receive = std::function<void(NodeId from, Lane lane, Frame frame)>;
  // A peer is reachable (its id proven), or is not any more: a hint, never a proof of death.
  using Reachable = std::function<void(NodeId peer, bool reachable)>;

  virtual ~Transport() = default;

  // Set both before start(). Called from the transport's own threads, one call a peer at a time; must not block.
  virtual void on_receive(Receive call) = 0;
  virtual void on_reachable(Reachable call) = 0;
  virtual void start() = 0;
  // No call comes after it returned.
  virtual void stop() = 0;

  // Frames to nobody, to oneself or to an unknown id are dropped.
  virtual void send(NodeId to, Lane lane, Frame frame) = 0;
};

}  // namespace tally::replication
