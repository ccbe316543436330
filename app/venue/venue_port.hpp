// What an account's effects leave by: a venue in this process (embedded_venue_link.hpp), or one that is reached over a
// socket (remote_venue_link.hpp).
#pragma once

#include "actors/host/shard/effect_gate.hpp"

namespace tally {

// What an account is told where the venue did not answer its question: nothing is known, and nothing follows from it.
inline VenueStateReported unanswered(const VenueStateRequested& request, Time now) {
  VenueStateReported report;
  report.request = request.request;
  report.at = now;
  report.account = request.account;
  return report;
}

class VenuePort {
 public:
  virtual ~VenuePort() = default;

  // ShardOptions::effect: what a shard's effect gate released. Returns at once.
  virtual void perform(const Entry& entry, const Event& event, Port port) = 0;

  // Whether it is certain that no money of anybody is at the other end. Asked before a fault is injected on purpose.
  virtual bool simulated() const = 0;

  // Drops what comes from now on. Before the node's end.
  virtual void stop() = 0;
};

}  // namespace tally
