// Risk limits by the names that profiles use, as text both ways.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "messages/configuration.hpp"

namespace tally {

// {"positionMax", "10"}, ... in the order of the struct; "none" where a limit is not set.
std::vector<std::pair<std::string, std::string>> limits_as_text(const RiskLimits& limits);

// Sets one by "name=value". Throws std::invalid_argument with what is wrong, and the known names where the name is.
void set_limit(RiskLimits& limits, const std::string& assignment);

}  // namespace tally
