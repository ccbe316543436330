// What a node answers from its journal alone, whether it hosts the shards or only has them:
//
//   shards                                 name and committed end of each
//   entries  shard, from, count            committed entries, stored bytes in hex
#pragma once

#include "app/control_server.hpp"
#include "persistence/journal.hpp"

namespace tally {

// `journal` outlives the server.
void add_journal_operations(ControlServer::Operations& operations, const Journal& journal);

}  // namespace tally
