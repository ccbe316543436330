// What a feed of ticks says, looked at tick by tick: which are of no use, what stands on both sides, and counters of all that
// is odd. Rules: docs/market-data.md.
#pragma once

#include "actors/market_data/arrivals.hpp"
#include "actors/market_data/tick.hpp"
#include "messages/market.hpp"

namespace tally::market {

struct TickCounters {
  std::uint64_t trades = 0;
  std::uint64_t quotes = 0;
  std::uint64_t zero_price = 0;   // a trade with a price of zero or below, a quote without any side: of no use
  std::uint64_t zero_size = 0;    // a trade of nothing or less: of no use
  std::uint64_t repeated = 0;     // without ids, equal in all to the one before: used, because two trades can be equal
  std::uint64_t duplicates = 0;   // the id before once more: of no use
  std::uint64_t out_of_order = 0; // an id before that: of no use
  std::uint64_t missed = 0;       // trades whose ids were left out
  std::uint64_t suspicious = 0;   // says the feed: used
  std::uint64_t one_sided = 0;    // quotes of one side
  std::uint64_t locked = 0;       // quotes after which the standing bid and ask are equal
  std::uint64_t crossed = 0;      // ... or the bid is above the ask
};
BOOST_DESCRIBE_STRUCT(TickCounters, (),
                      (trades, quotes, zero_price, zero_size, repeated, duplicates, out_of_order, missed, suspicious, one_sided, locked, crossed))

class TickFeed {
 public:
  static constexpr std::int64_t stale_after_default_ns = 60 * ns_per_s;

  explicit TickFeed(std::int64_t stale_after_ns = stale_after_default_ns) : arrivals_(stale_after_ns) {}

  // Whether the tick is of use.
  bool take(const TradeTick& trade);
  bool take(const QuoteTick& quote);
  // The connection was lost: what stood is not known to stand. Trades missed meanwhile are counted where ids go on; they may
  // begin anew.
  void restart();

  // What was quoted last on each side; of a feed that quotes several exchanges a side a row, perhaps by two of them.
  const std::optional<Level>& bid() const { return bid_; }
  const std::optional<Level>& ask() const { return ask_; }
  BookState state() const;
  // As OrderBook::mid.
  std::optional<Price> mid() const;

  const TickCounters& counters() const { return counters_; }
  const Arrivals& arrivals() const { return arrivals_; }

  std::uint64_t last_trade_id() const { return last_trade_id_; }

 private:
  bool known_id(std::uint64_t id, std::uint64_t last);

  std::optional<TradeTick> last_trade_;
  std::optional<QuoteTick> last_quote_;
  std::uint64_t last_trade_id_ = 0, last_update_id_ = 0;
  bool resumed_ = false;  // no trade came since restart()
  std::optional<Level> bid_, ask_;
  TickCounters counters_;
  Arrivals arrivals_;
};

}  // namespace tally::market
