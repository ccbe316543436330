#include "actors/market_data/tick_feed.hpp"

#include <utility>

#include "actors/market_data/order_book.hpp"

namespace tally::market {
namespace {

// Equal but for when it came.
template <class Tick>
bool repeats(const std::optional<Tick>& last, Tick tick) {
  if (!last) return false;
  tick.received_at = last->received_at;
  return tick == *last;
}

bool priced(const std::optional<Level>& level) { return level && level->price > Price{}; }

}  // namespace

bool TickFeed::take(const TradeTick& trade) {
  arrivals_.see(trade.received_at);
  ++counters_.trades;
  if (trade.suspicious) ++counters_.suspicious;
  if (trade.id != 0) {
    const bool anew = std::exchange(resumed_, false) && trade.id <= last_trade_id_;
    if (!anew && known_id(trade.id, last_trade_id_)) return false;
    if (!anew && last_trade_id_ != 0) counters_.missed += trade.id - last_trade_id_ - 1;
    last_trade_id_ = trade.id;
  } else {
    if (repeats(last_trade_, trade)) ++counters_.repeated;
    last_trade_ = trade;
  }
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
  arrivals_.see(quote.received_at);
  ++counters_.quotes;
  if (quote.suspicious) ++counters_.suspicious;
  if (quote.update_id != 0) {
    if (known_id(quote.update_id, last_update_id_)) return false;
    last_update_id_ = quote.update_id;
  } else {
    if (repeats(last_quote_, quote)) ++counters_.repeated;
    last_quote_ = quote;
  }
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

void TickFeed::restart() {
  bid_.reset();
  ask_.reset();
  last_update_id_ = 0;
  resumed_ = true;
}

// The ladder of ids: the one before, then older ones.
bool TickFeed::known_id(std::uint64_t id, std::uint64_t last) {
  if (id > last) return false;
  ++(id == last ? counters_.duplicates : counters_.out_of_order);
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
