// One side of a book by price: a quantity a price, best first, at most so many levels.
//
// Laws: prices are above zero and all different, quantities are above zero; level 0 is the best. Memory is taken once, at
// construction. Where a level more would be too many, the worst one is dropped, the new one perhaps, and the horizon moves to
// it: of what lies at the horizon or beyond this side knows only a part. In front of the horizon it is whole.
//
// Two sorted arrays, the best at the end: a market moves near its best prices, so a level that comes or goes there shifts few.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "messages/market_data.hpp"

namespace tally::market {

using Level = PriceLevel;

// Halfway, rounded down by at most 1e-9; bid <= ask, both above zero.
constexpr Price middle(Price bid, Price ask) { return Price::from_units(bid.units() + (ask.units() - bid.units()) / 2); }

enum class BookSide : std::uint8_t { bid, ask };

class Levels {
 public:
  enum class Change : std::uint8_t { added, changed, removed, unknown, beyond };

  Levels(BookSide side, std::size_t levels_max);

  // The price now has this quantity, absolutely; zero removes it. `price` above zero, `quantity` not below it.
  // unknown: a level was to be removed that is not there. beyond: added, and a level was dropped for it, itself perhaps.
  Change set(Price price, Quantity quantity);
  void clear();

  bool empty() const { return ranks_.empty(); }
  std::size_t size() const { return ranks_.size(); }
  std::size_t levels_max() const { return levels_max_; }
  // The i-th best; i < size().
  Level operator[](std::size_t i) const {
    const std::size_t at = ranks_.size() - 1 - i;
    return {price_of(ranks_[at]), Quantity::from_units(quantities_[at])};
  }
  // The best price that was dropped since the last clear.
  std::optional<Price> horizon() const;
  // Whether the `count` best levels are surely those of the market: none of them at the horizon or beyond it.
  bool whole(std::size_t count) const;

 private:
  // Ranks grow towards the best: the price of a bid, minus the price of an ask.
  std::int64_t rank_of(Price price) const { return side_ == BookSide::bid ? price.units() : -price.units(); }
  Price price_of(std::int64_t rank) const { return Price::from_units(side_ == BookSide::bid ? rank : -rank); }

  BookSide side_;
  std::size_t levels_max_;
  std::vector<std::int64_t> ranks_, quantities_;  // worst first
  std::optional<std::int64_t> horizon_;
};

}  // namespace tally::market
