// The venue port between an account's shard and the shard of its simulated venue: what one shard's effect gate releases is handed
// to the other's inlet, in the order in which it was released.
//
// An order that the venue's inlet took is reported as sent; one that it refused never left, and is reported so. A report
// that cannot be delivered is not kept: reconciliation asks the venue for it after the next start.
//
// Effects are released on a shard's own thread, which must not wait for another shard: a thread of the link hands them over.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "actors/host/live/node.hpp"
#include "app/venue/venue_port.hpp"

namespace tally {

class EmbeddedVenueLink final : public VenuePort {
 public:
  // `node` outlives the link; stop() comes before the node's end.
  EmbeddedVenueLink(Node& node, Symbol venue);
  ~EmbeddedVenueLink() override { stop(); }
  EmbeddedVenueLink(const EmbeddedVenueLink&) = delete;
  EmbeddedVenueLink& operator=(const EmbeddedVenueLink&) = delete;

  // ShardOptions::effect of both shards. Returns at once.
  void perform(const Entry& entry, const Event& event, Port port) override;

  bool simulated() const override { return true; }  // it is a shard of this node

  // Hands over what waits, then drops what still comes.
  void stop() override;

 private:
  struct Hop {
    Symbol shard;
    Symbol account;    // whose it is
    Message message;
  };

  void enqueue(Hop hop);
  void run();
  void hand_over(Hop hop);
  void taken(const Hop& hop, const Outcome& outcome);

  Node& node_;
  Symbol venue_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Hop> hops_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tally
