// A profile's events, submitted where a shard's journal does not say the same already.
#pragma once

#include <vector>

#include "actors/host/live/node.hpp"
#include "app/starting_point.hpp"

namespace tally {

// Returns when they are durable. Throws std::runtime_error where the shard refuses.
void configure_shard(Node& node, Symbol shard, const StartingPoint& point, std::vector<Message> wanted);

}  // namespace tally
