// A book by price (L2): what is bid and asked, as a feed says it. What the feed says wrong is for its sequence (depth_feed.hpp).
#pragma once

#include "actors/market_data/levels.hpp"
#include "messages/market.hpp"

namespace tally::market {

// Of two best prices. locked: they are equal. crossed: the bid is above the ask.
BookState state_of(Price bid, Price ask);

class OrderBook {
 public:
  static constexpr std::size_t levels_max_default = 10'000;  // a side; venues' snapshots have 5,000 at most
  static constexpr std::size_t hashed_levels = 10;           // a side

  explicit OrderBook(std::size_t levels_max = levels_max_default);

  Levels& side(BookSide side) { return side == BookSide::bid ? bids_ : asks_; }
  const Levels& bids() const { return bids_; }
  const Levels& asks() const { return asks_; }
  void clear();

  // missing: neither side has a level.
  BookState state() const;
  // Halfway between the best bid and the best ask, rounded down by at most 1e-9; none where a side is empty or bid > ask.
  std::optional<Price> mid() const;
  // FNV-1a over the ten best levels of each side, in bytes from the lowest: the same on every machine. For each side, bids
  // first: how many levels of it are hashed, then price and quantity of each in units of 1e-9, best first.
  std::uint64_t hash() const;

 private:
  Levels bids_, asks_;
};

// The middle of a book's top as the fact that entities decide on. Without a mid, prices that are not there are zero.
MidPriceCaptured mid_price(const OrderBook& book, ProductId product, std::string source, Time at);

}  // namespace tally::market
