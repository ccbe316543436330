#include "actors/market_data/tick_feed.hpp"

#include "actors/market_data/order_book.hpp"

namespace tally::market {
namespace {

bool priced(const std::optional<Level>& level) { return level && level->price > Price{}; }

}  // namespace

bool TickFeed::take(const TradeTick& trade) {
  arrivals_.see(trade.at);
  ++counters_.trades;
  if (trade.suspicious) ++counters_.suspicious;
  if (last_trade_ == trade) ++counters_.repeated;
  last_trade_ = trade;
  if (trade.price <= Price{}) {
    ++counters_.zero_price;
    return false;
  }
  if (trade.size <= Quantity{}) {
    ++counters_.zero_size;
    return false;
  }
  return true;
}

bool TickFeed::take(const QuoteTick& quote) {
  arrivals_.see(quote.at);
  ++counters_.quotes;
  if (quote.suspicious) ++counters_.suspicious;
  if (last_quote_ == quote) ++counters_.repeated;
  last_quote_ = quote;
  if (!priced(quote.bid) && !priced(quote.ask)) {
    ++counters_.zero_price;
    return false;
  }
  if (!priced(quote.bid) || !priced(quote.ask)) ++counters_.one_sided;
  if (priced(quote.bid)) bid_ = quote.bid;
  if (priced(quote.ask)) ask_ = quote.ask;
  if (state() == BookState::locked) ++counters_.locked;
  if (state() == BookState::crossed) ++counters_.crossed;
  return true;
}

BookState TickFeed::state() const {
  if (!bid_ && !ask_) return BookState::missing;
  if (!bid_ || !ask_) return BookState::one_sided;
  return state_of(bid_->price, ask_->price);
}

std::optional<Price> TickFeed::mid() const {
  if (!bid_ || !ask_ || bid_->price > ask_->price) return std::nullopt;
  return middle(bid_->price, ask_->price);
}

}  // namespace tally::market
