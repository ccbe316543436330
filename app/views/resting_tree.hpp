// The supervision tree as the journal tells it when no node runs: what each entity decided last, how often it was restarted,
// whether it is stopped.
#pragma once

#include "actors/host/live/node.hpp"

namespace tally {

std::vector<TreeRow> resting_tree(const Journal& journal, Symbol shard);

}  // namespace tally
