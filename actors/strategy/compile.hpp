// From a definition to a program. All that can be wrong with a strategy is found here or by whoever read its file, never later.
#pragma once

#include <map>

#include "actors/strategy/mistake.hpp"
#include "actors/strategy/program.hpp"

namespace tally::strategy {

// `definition` with parameters set to `chosen`, the others to their defaults. Throws Mistakes where one is not known or out of
// its bounds; their place is "parameters.NAME".
StrategyDefinition bind(StrategyDefinition definition, const std::map<std::string, ParameterValue>& chosen);

// Throws Mistakes with everything that is wrong, one for each expression at most.
ProgramPtr compile(const StrategyDefinition& definition);

// 64 bits of FNV-1a over "name=value\n" of all parameters, by name, as 16 hex digits.
ParamsHash params_hash_of(const StrategyDefinition& definition);

// The same of everything that the definition says, parameters included.
std::string definition_hash_of(const StrategyDefinition& definition);

}  // namespace tally::strategy
