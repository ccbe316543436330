// Fractions of exact numbers as the double nearest to them, in the shortest text that reads back as that double: "0.1",
// "42088.1012785871", "1e-08". For reports only: nothing is computed with them.
#pragma once

#include "actors/lots/trade_book.hpp"

namespace tally {

// Cost a unit of position: cost / (position x multiplier). `position` must not be zero.
std::string average_text(Money cost, Quantity position, std::int64_t multiplier);
std::string share_text(const FeeShare& share);
// realized - opening - closing, as one fraction, rounded once.
std::string net_text(Money realized, const FeeShare& opening, const FeeShare& closing);

// Shortest text of a double: an exponent below 1e-4 and from 1e16 on, else digits with at least one after the point.
std::string shortest_text(double value);

}  // namespace tally
