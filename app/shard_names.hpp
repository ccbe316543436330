// How the shards of a node's journal are called: an account by its own name, a simulated venue "venue/<name>", the strategies of
// the node "strategies", and a cluster's list of accounts "accounts".
#pragma once

#include <string>

#include "messages/ids.hpp"

namespace tally {

inline constexpr std::string_view venue_prefix = "venue/";
inline constexpr std::string_view strategies_name = "strategies";   // no account may be called so

inline constexpr std::string_view accounts_name = "accounts";       // nor so

inline Symbol venue_shard_of(VenueId venue) { return Symbol(std::string(venue_prefix) + std::string(venue.text())); }
inline bool is_venue_shard(Symbol shard) { return shard.text().starts_with(venue_prefix); }
inline bool is_strategies_shard(Symbol shard) { return shard.text() == strategies_name; }
inline bool is_accounts_list(Symbol shard) { return shard.text() == accounts_name; }
inline bool is_decided_shard(Symbol shard) { return !is_strategies_shard(shard) && !is_accounts_list(shard); }  // entities act there
inline bool is_account_shard(Symbol shard) { return is_decided_shard(shard) && !is_venue_shard(shard); }

}  // namespace tally
