// How the shards of a node's journal are called: the account by its own name, a simulated venue "venue/<name>", and the
// strategies of the node "strategies".
#pragma once

#include <string>

#include "messages/ids.hpp"

namespace tally {

inline constexpr std::string_view venue_prefix = "venue/";
inline constexpr std::string_view strategies_name = "strategies";   // no account may be called so

inline Symbol venue_shard_of(VenueId venue) { return Symbol(std::string(venue_prefix) + std::string(venue.text())); }
inline bool is_venue_shard(Symbol shard) { return shard.text().starts_with(venue_prefix); }
inline bool is_strategies_shard(Symbol shard) { return shard.text() == strategies_name; }
inline bool is_account_shard(Symbol shard) { return !is_venue_shard(shard) && !is_strategies_shard(shard); }

}  // namespace tally
