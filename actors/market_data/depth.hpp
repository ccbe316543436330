// md.depth: what a venue says of a book (messages/market_data.hpp), many thousand a second. An adapter fills the same object again,
// so that its vectors keep their memory. What an entity needs of a book it gets as MidPriceCaptured.
#pragma once

#include "actors/market_data/levels.hpp"

namespace tally::market {

using tally::DepthSnapshot;
using tally::DepthUpdate;

}  // namespace tally::market
