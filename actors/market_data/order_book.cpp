#include "actors/market_data/order_book.hpp"

#include <algorithm>
#include <utility>

namespace tally::market {
namespace {

class Fnv1a {
 public:
  void add(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
      hash_ ^= value >> shift & 0xFF;
      hash_ *= 0x100000001B3ull;
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325ull;
};

}  // namespace

BookState state_of(Price bid, Price ask) {
  return bid < ask ? BookState::two_sided : bid == ask ? BookState::locked : BookState::crossed;
}

OrderBook::OrderBook(std::size_t levels_max) : bids_(BookSide::bid, levels_max), asks_(BookSide::ask, levels_max) {}

void OrderBook::clear() {
  bids_.clear();
  asks_.clear();
}

BookState OrderBook::state() const {
  if (bids_.empty() && asks_.empty()) return BookState::missing;
  if (bids_.empty() || asks_.empty()) return BookState::one_sided;
  return state_of(bids_[0].price, asks_[0].price);
}

std::optional<Price> OrderBook::mid() const {
  const BookState now = state();
  if (now != BookState::two_sided && now != BookState::locked) return std::nullopt;
  return middle(bids_[0].price, asks_[0].price);
}

std::uint64_t OrderBook::hash() const {
  Fnv1a hash;
  for (const Levels* levels : {&bids_, &asks_}) {
    const std::size_t count = std::min(levels->size(), hashed_levels);
    hash.add(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Level level = (*levels)[i];
      hash.add(static_cast<std::uint64_t>(level.price.units()));
      hash.add(static_cast<std::uint64_t>(level.quantity.units()));
    }
  }
  return hash.value();
}

MidPriceCaptured mid_price(const OrderBook& book, ProductId product, std::string source, Time at) {
  MidPriceCaptured captured;
  captured.product = product;
  captured.state = book.state();
  if (!book.bids().empty()) captured.bid = book.bids()[0].price;
  if (!book.asks().empty()) captured.ask = book.asks()[0].price;
  captured.mid = book.mid().value_or(Price{});
  captured.source = std::move(source);
  captured.book_hash = book.hash();
  captured.at = at;
  return captured;
}

}  // namespace tally::market
