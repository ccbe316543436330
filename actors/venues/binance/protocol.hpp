// The documented Binance spot protocol as bytes and messages: what a combined stream says, what the REST snapshot says, which
// streams are asked for. Pure.
//
//   wss  /stream?streams=btcusdt@trade/btcusdt@bookTicker/btcusdt@depth@100ms/btcusdt@kline_1m
//   GET  /api/v3/depth?symbol=BTCUSDT&limit=1000
//
// Prices and quantities are read as exact decimals of 1e-9; what does not fit makes the message malformed. Nothing is repaired.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "messages/market_data.hpp"

namespace tally::binance {

// One product and which of its streams are wanted.
struct ProductStreams {
  ProductId product;       // ours
  std::string symbol;      // the venue's, upper case: "BTCUSDT"
  bool trades = true;
  bool quotes = true;      // best bid and ask
  bool depth = true;       // updates every 100 ms
  std::string bars;        // an interval of the venue's, "1m", "1h"; empty: none
};
BOOST_DESCRIBE_STRUCT(ProductStreams, (), (product, symbol, trades, quotes, depth, bars))

constexpr std::size_t streams_max = 1'024;  // of one connection, says the venue

// Of all products, as the venue counts them.
std::size_t stream_count(std::span<const ProductStreams> products);
std::string stream_target(std::span<const ProductStreams> products);
std::string snapshot_target(const ProductStreams& product, unsigned levels);

using Content = std::variant<TradeTick, QuoteTick, DepthUpdate, MarketBar>;

struct Said {
  std::size_t product = 0;  // index in the products asked for
  Content content;
};
// Why there is nothing: an answer to a request of ours, a product or stream that was not asked for, or text that is none of the
// protocol's.
enum class Nothing : std::uint8_t { answer, unknown, malformed };

// One text frame, received at `now`.
using Frame = std::variant<Said, Nothing>;
Frame parse_stream(std::string_view text, std::span<const ProductStreams> products, VenueId venue, Time now);
// The body of a snapshot's answer; nothing where it is malformed.
std::optional<DepthSnapshot> parse_snapshot(std::string_view text, const ProductStreams& product, VenueId venue, Time now);

}  // namespace tally::binance
