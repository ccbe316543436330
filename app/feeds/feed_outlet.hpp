// Where the bars of a followed tape go: to the venue's shard of this node, or to the venue process. Which bars the venue has
// says where a feed goes on; there is no cursor beside that.
//
// With a venue process each node has tapes of its own, of the same feed: what another node showed is known by its close, what
// this one showed by its place, too. Only a node that may act shows anything; a bar that two of them showed is one bar for the
// venue.
#pragma once

#include <map>

#include "actors/host/live/node.hpp"

namespace tally {

class AccountNode;

class FeedOutlet {
 public:
  // `node` outlives it.
  FeedOutlet(AccountNode& node, std::string feed);

  std::string source_at(Offset record) const;   // how the venue's record names a place of this node's tape

  struct Known {
    std::map<ProductId, Time> closes;   // the newest bar of each product
    Offset record = 0;                  // of this node's tape, the last whose bar the venue has; 0: none
    std::optional<Time> followed_to;    // the newest bar of this feed that some node showed
  };
  // Throws TapeUnavailable where the venue does not say so now.
  Known known(const std::vector<ProductId>& products);

  // Returns once the venue has the bar and strategies have judged it, or it was refused. Throws std::runtime_error where the
  // venue is out of reach; the same bar again changes nothing.
  Outcome show(const BarObserved& bar, Offset record);

 private:
  Known known_elsewhere(const std::vector<ProductId>& products);

  AccountNode& node_;
  const std::string feed_;
};

}  // namespace tally
