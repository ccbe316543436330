#include "actors/venues/binance/protocol.hpp"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

namespace tally::binance {
namespace {

namespace json = boost::json;

constexpr std::size_t json_depth_max = 6;

// Inside this file only: the text is none of the protocol's.
struct Malformed {};

const json::value& field(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  if (!found) throw Malformed{};
  return *found;
}

std::string_view text(const json::object& object, std::string_view name) {
  const json::string* const found = field(object, name).if_string();
  if (!found) throw Malformed{};
  return *found;
}

std::uint64_t number(const json::object& object, std::string_view name) {
  const json::value& found = field(object, name);
  if (const auto* whole = found.if_int64(); whole && *whole >= 0) return static_cast<std::uint64_t>(*whole);
  if (const auto* whole = found.if_uint64()) return *whole;
  throw Malformed{};
}

bool flag(const json::object& object, std::string_view name) {
  const bool* const found = field(object, name).if_bool();
  if (!found) throw Malformed{};
  return *found;
}

Time time_ms(const json::object& object, std::string_view name) {
  const std::uint64_t ms = number(object, name);
  if (ms > static_cast<std::uint64_t>(INT64_MAX / ns_per_ms - 1)) throw Malformed{};
  return {static_cast<std::int64_t>(ms) * ns_per_ms};
}

template <class D>
D decimal(std::string_view said) {
  try {
    return D::parse(said);
  } catch (const DecimalError&) {
    throw Malformed{};
  }
}

std::optional<PriceLevel> level(const json::object& object, std::string_view price, std::string_view quantity) {
  const PriceLevel said{decimal<Price>(text(object, price)), decimal<Quantity>(text(object, quantity))};
  if (said.price == Price{}) return std::nullopt;  // a side of an empty book
  return said;
}

void read_levels(const json::value& from, std::vector<PriceLevel>& levels) {
  const json::array* const rows = from.if_array();
  if (!rows) throw Malformed{};
  levels.reserve(rows->size());
  for (const json::value& row : *rows) {
    const json::array* const cells = row.if_array();
    if (!cells || cells->size() < 2 || !(*cells)[0].is_string() || !(*cells)[1].is_string()) throw Malformed{};
    levels.push_back({decimal<Price>((*cells)[0].get_string()), decimal<Quantity>((*cells)[1].get_string())});
  }
}

TradeTick read_trade(const json::object& data) {
  TradeTick trade;
  trade.at = time_ms(data, "T");
  trade.id = number(data, "t");
  trade.price = decimal<Price>(text(data, "p"));
  trade.size = decimal<Quantity>(text(data, "q"));
  trade.taker = flag(data, "m") ? Taker::seller : Taker::buyer;  // m: the buyer's order stood
  return trade;
}

// The venue states no time of it.
QuoteTick read_quote(const json::object& data) {
  QuoteTick quote;
  quote.update_id = number(data, "u");
  quote.bid = level(data, "b", "B");
  quote.ask = level(data, "a", "A");
  return quote;
}

DepthUpdate read_depth(const json::object& data) {
  DepthUpdate update;
  update.at = time_ms(data, "E");
  update.first_update_id = number(data, "U");
  update.final_update_id = number(data, "u");
  read_levels(field(data, "b"), update.bids);
  read_levels(field(data, "a"), update.asks);
  return update;
}

MarketBar read_bar(const json::object& data) {
  const json::object* const bar_data = field(data, "k").if_object();
  if (!bar_data) throw Malformed{};
  MarketBar bar;
  bar.timeframe = text(*bar_data, "i");
  bar.opened_at = time_ms(*bar_data, "t");
  bar.closed_at = time_ms(*bar_data, "T") + ns_per_ms;  // the venue names the last millisecond in it
  bar.open = decimal<Price>(text(*bar_data, "o"));
  bar.high = decimal<Price>(text(*bar_data, "h"));
  bar.low = decimal<Price>(text(*bar_data, "l"));
  bar.close = decimal<Price>(text(*bar_data, "c"));
  bar.volume = decimal<Quantity>(text(*bar_data, "v"));
  bar.ticks = number(*bar_data, "n");
  bar.final = flag(*bar_data, "x");
  return bar;
}

Frame read_stream(const json::object& frame, std::span<const ProductStreams> products, VenueId venue, Time now) {
  if (frame.contains("id") && (frame.contains("result") || frame.contains("error"))) return Nothing::answer;
  const std::string_view stream = text(frame, "stream");
  const json::object* const data = field(frame, "data").if_object();
  if (!data) throw Malformed{};
  const std::string_view symbol = text(*data, "s");
  const auto is_named = [&](const ProductStreams& one) { return one.symbol == symbol; };
  const auto product = std::find_if(products.begin(), products.end(), is_named);
  if (product == products.end()) return Nothing::unknown;
  const auto kind = stream.find('@');
  if (kind == std::string_view::npos) throw Malformed{};
  const std::string_view name = stream.substr(kind + 1);
  const auto index = static_cast<std::size_t>(product - products.begin());
  const auto said = [&](auto content) {
    content.venue = venue;
    content.product = product->product;
    content.received_at = now;
    return Said{index, std::move(content)};
  };
  if (name == "trade" && product->trades) return said(read_trade(*data));
  if (name == "bookTicker" && product->quotes) return said(read_quote(*data));
  if (name.starts_with("depth") && product->depth) return said(read_depth(*data));
  if (name.starts_with("kline_") && !product->bars.empty()) return said(read_bar(*data));
  return Nothing::unknown;
}

// Parses into memory of its own, most of it on the stack.
template <class Read>
auto with_json(std::string_view from, Read&& read) -> std::optional<decltype(read(std::declval<const json::object&>()))> {
  std::array<unsigned char, 16'384> first;
  json::monotonic_resource memory(first.data(), first.size());
  json::parse_options options;
  options.max_depth = json_depth_max;
  boost::system::error_code error;
  const json::value value = json::parse(from, error, &memory, options);
  if (error || !value.is_object()) return std::nullopt;
  try {
    return read(value.get_object());
  } catch (const Malformed&) {
    return std::nullopt;
  }
}

std::string lower(std::string_view symbol) {
  std::string out(symbol);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::vector<std::string> stream_names(const ProductStreams& product) {
  const std::string symbol = lower(product.symbol);
  std::vector<std::string> names;
  if (product.depth) names.push_back(symbol + "@depth@100ms");
  if (product.trades) names.push_back(symbol + "@trade");
  if (product.quotes) names.push_back(symbol + "@bookTicker");
  if (!product.bars.empty()) names.push_back(symbol + "@kline_" + product.bars);
  return names;
}

}  // namespace

std::size_t stream_count(std::span<const ProductStreams> products) {
  std::size_t count = 0;
  for (const ProductStreams& product : products) count += stream_names(product).size();
  return count;
}

std::string stream_target(std::span<const ProductStreams> products) {
  std::string target = "/stream?streams=";
  bool first = true;
  for (const ProductStreams& product : products)
    for (const std::string& name : stream_names(product)) {
      if (!std::exchange(first, false)) target += '/';
      target += name;
    }
  return target;
}

std::string snapshot_target(const ProductStreams& product, unsigned levels) {
  return "/api/v3/depth?symbol=" + product.symbol + "&limit=" + std::to_string(levels);
}

Frame parse_stream(std::string_view from, std::span<const ProductStreams> products, VenueId venue, Time now) {
  const auto read = [&](const json::object& frame) { return read_stream(frame, products, venue, now); };
  return with_json(from, read).value_or(Nothing::malformed);
}

std::optional<DepthSnapshot> parse_snapshot(std::string_view from, const ProductStreams& product, VenueId venue, Time now) {
  return with_json(from, [&](const json::object& body) {
    DepthSnapshot snapshot;
    snapshot.venue = venue;
    snapshot.product = product.product;
    snapshot.received_at = now;
    snapshot.last_update_id = number(body, "lastUpdateId");
    read_levels(field(body, "bids"), snapshot.bids);
    read_levels(field(body, "asks"), snapshot.asks);
    return snapshot;
  });
}

}  // namespace tally::binance
