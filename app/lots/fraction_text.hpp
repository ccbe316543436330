// Fractions of exact numbers as the double nearest to them, in its shortest text (app/shortest_text.hpp). For reports only:
// nothing is computed with them.
#pragma once

#include "actors/lots/trade_book.hpp"

namespace tally {

// Cost a unit of position: cost / (position x multiplier). `position` must not be zero.
std::string average_text(Money cost, Quantity position, std::int64_t multiplier);
std::string share_text(const FeeShare& share);
// realized - opening - closing, as one fraction, rounded once.
std::string net_text(Money realized, const FeeShare& opening, const FeeShare& closing);

}  // namespace tally
