// Ranges of parameters and lengths of time, as they are written.
#pragma once

#include <string>
#include <vector>

#include "messages/strategies.hpp"

namespace tally::backtest {

// A parameter of strategies and the values it is to have.
struct SweepAxis {
  std::string strategy;  // empty: of every strategy that has it
  std::string parameter;
  std::vector<ParameterValue> values;  // ascending
};

// "fast=10:30:5" or "crossing.fast=10:30:5"; both ends belong to it. Throws std::invalid_argument.
SweepAxis axis_of(const std::string& text);
// "90d", "12h", "30m" or "45s". Throws std::invalid_argument.
std::int64_t window_of(const std::string& text);

}  // namespace tally::backtest
