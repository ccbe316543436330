// Market data in the one form that everything downstream knows. Adapters normalise into these structs, and nothing else does; a
// tape holds them as they were seen, an account's journal never: what an entity needs of them it gets as MarkCaptured,
// MidPriceCaptured and BarObserved.
//
// Units: prices and strikes in the quote currency, quantities in units of the product, of options in contracts; exact to 1e-9.
// `at` is the source's clock and received_at ours. What a source does not say is absent, empty or zero, never guessed. Of a
// recording read from a file the two times are equal where the file has one only.
#pragma once

#include <vector>

#include "messages/market.hpp"

namespace tally {

using ExchangeCode = Token<struct ExchangeTag, 15>;  // as the feed writes it

// A price of a book, or of one side of a quote, with the quantity that stands there.
struct PriceLevel {
  Price price;
  Quantity quantity;
  bool operator==(const PriceLevel&) const = default;
};
BOOST_DESCRIBE_STRUCT(PriceLevel, (), (price, quantity))

// Who came to the other's standing order.
enum class Taker : std::uint8_t { unknown, buyer, seller };
BOOST_DESCRIBE_ENUM(Taker, unknown, buyer, seller)

// One trade.
struct TradeTick {
  static constexpr About about{200, 1, Layer::market, "md.tick", "venue product at id"};
  VenueId venue;
  ProductId product;
  Time at;
  Time received_at;
  Price price;
  Quantity size;
  std::uint64_t id = 0;          // the venue's, one more for each trade of the product; zero: it has none
  Taker taker = Taker::unknown;
  ExchangeCode exchange;         // empty where the feed is of one
  std::uint32_t conditions = 0;  // flags, as the feed defines them
  bool suspicious = false;       // says the feed
  bool operator==(const TradeTick&) const = default;
};
BOOST_DESCRIBE_STRUCT(TradeTick, (),
                      (venue, product, at, received_at, price, size, id, taker, exchange, conditions, suspicious))

// One quote. A side that is not there was not quoted: what stood there before stands.
struct QuoteTick {
  static constexpr About about{201, 1, Layer::market, "md.tick", "venue product at update_id"};
  VenueId venue;
  ProductId product;
  Time at;
  Time received_at;
  std::optional<PriceLevel> bid, ask;  // quantity zero where the feed knows none
  std::uint64_t update_id = 0;         // of the book that it is the top of; zero: the feed has none
  ExchangeCode exchange;
  std::uint32_t conditions = 0;
  bool suspicious = false;
  bool operator==(const QuoteTick&) const = default;
};
BOOST_DESCRIBE_STRUCT(QuoteTick, (),
                      (venue, product, at, received_at, bid, ask, update_id, exchange, conditions, suspicious))

// New absolute quantities of some levels; zero removes one. It tells all changes with ids first..final.
struct DepthUpdate {
  static constexpr About about{202, 1, Layer::market, "md.depth", "venue product final_update_id at"};
  VenueId venue;
  ProductId product;
  Time at;
  Time received_at;
  std::uint64_t first_update_id = 0;
  std::uint64_t final_update_id = 0;
  std::optional<std::uint64_t> previous_final_update_id;  // of the update before, where the venue says it (futures)
  std::vector<PriceLevel> bids, asks;
};
BOOST_DESCRIBE_STRUCT(DepthUpdate, (),
                      (venue, product, at, received_at, first_update_id, final_update_id, previous_final_update_id, bids, asks))

// All levels, or the best so many of them, as they were after the change `last_update_id`. Venues state no time of it.
struct DepthSnapshot {
  static constexpr About about{203, 1, Layer::market, "md.depth", "venue product last_update_id"};
  VenueId venue;
  ProductId product;
  Time received_at;
  std::uint64_t last_update_id = 0;
  std::vector<PriceLevel> bids, asks;
};
BOOST_DESCRIBE_STRUCT(DepthSnapshot, (), (venue, product, received_at, last_update_id, bids, asks))

// What the prices of a bar are of.
enum class BarOf : std::uint8_t { trades, bid, ask, middle };
BOOST_DESCRIBE_ENUM(BarOf, trades, bid, ask, middle)

// A bar of [opened_at, closed_at). Where it is not final it may come again, changed; the last one counts.
struct MarketBar {
  static constexpr About about{204, 1, Layer::market, "md.bar", "venue product timeframe of opened_at received_at"};
  VenueId venue;
  ProductId product;
  std::string timeframe;    // "1m", "1h", "1d"
  BarOf of = BarOf::trades;
  Time opened_at;
  Time closed_at;
  Time received_at;         // or built; what lies between closed_at and this is how late a final one is
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume;          // of quotes: zero
  std::uint64_t ticks = 0;  // trades or quotes in it, where they were counted
  bool final = false;
};
BOOST_DESCRIBE_STRUCT(MarketBar, (),
                      (venue, product, timeframe, of, opened_at, closed_at, received_at, open, high, low, close, volume, ticks,
                       final))

enum class OptionRight : std::uint8_t { call, put };
BOOST_DESCRIBE_ENUM(OptionRight, call, put)

// As the source computed them, to seven decimals in most. Volatility: of a year, 0.25 is 25%. Delta: -1 to 1, below 0 for puts;
// delta and gamma are for one unit of the underlying's price. Vega, theta and rho in the source's units. Missing is unknown, never
// zero.
struct OptionGreeks {
  std::optional<Ratio> implied_volatility, delta, gamma, vega, theta, rho;
};
BOOST_DESCRIBE_STRUCT(OptionGreeks, (), (implied_volatility, delta, gamma, vega, theta, rho))

// What a source said of one option at a moment: any of a quote, a trade, and figures of the day.
struct OptionTick {
  static constexpr About about{205, 1, Layer::market, "md.option.tick", "venue underlying expiry strike right at received_at"};
  VenueId venue;
  ProductId underlying;
  std::int64_t expiry = 0;                // the exchange's date, days since 1970-01-01
  Price strike;                           // exact; after a split it may be odd (92.14)
  OptionRight right = OptionRight::call;
  Time at;
  Time received_at;
  bool quoted = false;                    // bid and ask are a quote; a side that is not there was not quoted
  std::optional<PriceLevel> bid, ask;
  std::optional<PriceLevel> trade;        // price and contracts
  std::optional<Quantity> open_interest;  // in contracts, published once a day
  std::optional<Quantity> volume;         // in contracts, of the day so far
  OptionGreeks greeks;
};
BOOST_DESCRIBE_STRUCT(OptionTick, (),
                      (venue, underlying, expiry, strike, right, at, received_at, quoted, bid, ask, trade, open_interest, volume,
                       greeks))

// One option of a chain and what was known of it. A contract that was never quoted has no quoted_at; one whose last quote had one
// side has one side.
struct OptionRow {
  std::int64_t expiry = 0;                // days since 1970-01-01
  Price strike;
  OptionRight right = OptionRight::call;
  std::optional<Price> bid;
  std::optional<Price> ask;
  std::optional<Time> quoted_at;          // when the last quote was complete
  std::optional<Quantity> open_interest;  // in contracts; missing counts as none
  std::optional<Quantity> volume;         // in contracts; missing counts as none
  OptionGreeks greeks;
};
BOOST_DESCRIBE_STRUCT(OptionRow, (), (expiry, strike, right, bid, ask, quoted_at, open_interest, volume, greeks))

// Every contract of an underlying as it was known at one moment, in any order.
struct OptionChainSnapshot {
  static constexpr About about{206, 1, Layer::market, "md.option.chain.snapshot", "venue underlying at"};
  VenueId venue;
  ProductId underlying;
  Time at;                                // the moment of the snapshot
  Time received_at;
  std::int64_t today = 0;                 // its date at the exchange, days since 1970-01-01
  std::optional<Price> underlying_price;
  Time underlying_at;                     // when that price was known
  std::vector<OptionRow> rows;
  std::optional<std::uint64_t> listed;    // how many contracts there are, where the source says it: fewer rows are incomplete
};
BOOST_DESCRIBE_STRUCT(OptionChainSnapshot, (),
                      (venue, underlying, at, received_at, today, underlying_price, underlying_at, rows, listed))

enum class FeedEvent : std::uint8_t {
  started,       // an adapter begins; nothing is known of what was before
  connected,
  disconnected,
  gap,           // messages are missing: count of them where the feed's ids say it, else zero
  synchronized,  // whole again after a start or a gap
  stale,         // silent for longer than it may be
  resumed,       // not silent any more
  dropped,       // `count` messages came that this tape could not take
  stopped,
};
BOOST_DESCRIBE_ENUM(FeedEvent, started, connected, disconnected, gap, synchronized, stale, resumed, dropped, stopped)

// What a reader of the feed's messages must know of those that are not there.
struct FeedReported {
  static constexpr About about{207, 1, Layer::market, "md.feed", "venue product stream received_at event"};
  VenueId venue;
  ProductId product;        // empty: all of the feed
  std::string stream;       // "trade", "depth", "quote", "bar"; empty: all of them
  Time received_at;
  FeedEvent event = FeedEvent::started;
  std::uint64_t count = 0;
  std::string detail;       // English, for a person
};
BOOST_DESCRIBE_STRUCT(FeedReported, (), (venue, product, stream, received_at, event, count, detail))

}  // namespace tally
