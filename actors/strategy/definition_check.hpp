// What can be wrong with a definition before its expressions are read: names, bounds, timeframes.
#pragma once

#include "actors/strategy/mistake.hpp"
#include "messages/strategies.hpp"

namespace tally::strategy {

std::vector<Mistake> check_definition(const StrategyDefinition& definition);

}  // namespace tally::strategy
