// The name that somebody may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tally::indicators {

// The one of `names` that is fewest letters away from `written` (a letter more, less or other counts one), the first of equals;
// empty where even that one differs in more than a third of the longer name, at least two.
std::string nearest_name(std::string_view written, std::span<const std::string_view> names);

}  // namespace tally::indicators
