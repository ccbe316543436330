// What a running node answers on its control socket.
//
//   ping                                   who it is
//   submit   message, producer             one command; the entries of its cascade, durable
//   tree     shard                         the supervision tree
//   state    shard, entity                 an entity's state as of its last step
//   shards                                 name and committed end of each
//   entries  shard, from, count            committed entries, stored bytes in hex
//   show     bars, source                  bars that closed at the same time, as a feed brings them
//   fail     entity, times, cause          a drill: the entity throws at its next inputs (simulated venues only)
//   stop                                   ends the process cleanly
//
// Each may name the `account` it is about: another one than this node's is refused.
//
// tallyd adds `feeds`: the feeds that it follows (app/feeds/feed_view.hpp).
#pragma once

#include "app/account_node.hpp"
#include "app/control_server.hpp"

namespace tally {

// `node` outlives the server. `stop` is called from a connection's thread and must only ask for the end.
ControlServer::Operations node_operations(AccountNode& node, std::function<void()> stop);

}  // namespace tally
