// How the shard of a simulated venue is called: "venue/<name>".
#pragma once

#include <string>

#include "messages/ids.hpp"

namespace tally {

inline constexpr std::string_view venue_prefix = "venue/";

inline Symbol venue_shard_of(VenueId venue) { return Symbol(std::string(venue_prefix) + std::string(venue.text())); }
inline bool is_venue_shard(Symbol shard) { return shard.text().starts_with(venue_prefix); }

}  // namespace tally
