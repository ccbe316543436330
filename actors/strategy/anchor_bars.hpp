// From a bar of the market to what a strategy reads of it.
#pragma once

#include "actors/strategy/strategy.hpp"
#include "messages/market.hpp"

namespace tally::strategy {

// In doubles, each the nearest to its decimal.
AnchorBar anchor_bar_of(const BarObserved& bar, std::uint32_t role);

}  // namespace tally::strategy
