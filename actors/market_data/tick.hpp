// md.tick: one trade, or one quote, as an adapter normalised it. Plain values, as in depth.hpp; what an entity needs of them it
// gets as MarkCaptured.
#pragma once

#include <optional>

#include "actors/market_data/levels.hpp"
#include "messages/ids.hpp"

namespace tally::market {

using ExchangeCode = Token<struct ExchangeCodeTag, 15>;  // as the feed writes it

struct TradeTick {
  Time at;
  Price price;
  Quantity size;
  ExchangeCode exchange;         // empty where the feed is of one
  std::uint32_t conditions = 0;  // flags, as the feed defines them
  bool suspicious = false;       // says the feed
  bool operator==(const TradeTick&) const = default;
};

// A side that is not there was not quoted: what stood there before stands.
struct QuoteTick {
  Time at;
  std::optional<Level> bid, ask;  // quantity zero where the feed knows none
  ExchangeCode exchange;
  std::uint32_t conditions = 0;
  bool suspicious = false;
  bool operator==(const QuoteTick&) const = default;
};

}  // namespace tally::market
