// The port between an account's shard and the shard of its simulated venue: what one shard's effect gate releases is handed
// to the other's inlet.
//
// An order that the venue's inlet took is reported as sent; one that it refused never left, and is reported so. A report
// that cannot be delivered is not kept: reconciliation asks the venue for it after the next start.
#pragma once

#include "actors/host/live/node.hpp"

namespace tally {

class VenueLink {
 public:
  // `node` outlives the link.
  VenueLink(Node& node, Symbol venue) : node_(node), venue_(venue) {}

  // ShardOptions::effect of both shards.
  void perform(const Entry& entry, const Event& event, Port port);

 private:
  void to_venue(Symbol account, const Message& message);
  void to_account(Symbol account, Message message);

  Node& node_;
  Symbol venue_;
};

}  // namespace tally
