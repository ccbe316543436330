// md.tick: one trade, or one quote, as an adapter normalised it (messages/market_data.hpp). What an entity needs of them it gets as
// MarkCaptured.
#pragma once

#include "actors/market_data/levels.hpp"

namespace tally::market {

using tally::ExchangeCode;
using tally::QuoteTick;
using tally::TradeTick;

}  // namespace tally::market
