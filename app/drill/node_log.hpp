// When a node says in its log that something happened to it. For the times in a report alone: no verdict rests on what a node says
// of itself.
#pragma once

#include <string>
#include <vector>

#include "app/drill/evidence.hpp"

namespace tally::drill {

// Lines of tallyd's log that tell of lost peers, leadership and hosting; all others are passed over. `began_wall_ms`: what is Ms 0, in
// milliseconds since 1970.
std::vector<LogSeen> log_seen(const std::string& node, const std::string& text, std::int64_t began_wall_ms);

}  // namespace tally::drill
