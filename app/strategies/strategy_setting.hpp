// A strategy that a profile puts to work.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/strategies.hpp"

namespace tally {

struct StrategySetting {
  std::string file;                                  // from where the program is started
  std::vector<StrategyBinding> bind;                 // every role of its universe
  std::map<std::string, ParameterValue> parameters;  // instead of the file's defaults
};

}  // namespace tally
