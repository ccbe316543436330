#include "actors/simulated_exchange/matching.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>

namespace tally::matching {
namespace {

constexpr std::int64_t ratio_one = 1'000'000'000;

std::int64_t ticks_up(Int128 units, std::int64_t tick) { return static_cast<std::int64_t>((units + tick - 1) / tick); }

// The price of a market order that trades around `base`.
Price market_price(const VenueConfigured& settings, Price tick, Side side, Price base) {
  const Int128 share = static_cast<Int128>(abs(base).units()) * settings.slippage.units();
  const std::int64_t ticks =
      settings.half_spread_ticks + settings.slippage_ticks + ticks_up((share + ratio_one - 1) / ratio_one, tick.units());
  const Price worse = Price::from_units(ticks * tick.units());
  if (side == Side::buy) return base + worse;
  return base > Price{} ? std::max(base - worse, tick) : base - worse;
}

bool within(Side side, Price price, Price limit) { return side == Side::buy ? price <= limit : price >= limit; }

// The way that a bar's price is taken to have gone.
struct Point {
  Time at;
  Price price;
};
using Path = std::array<Point, 4>;

Path path_of(const BarObserved& bar) {
  const std::int64_t third = (bar.closed_at - bar.opened_at) / 3;
  const bool low_first = bar.open - bar.low <= bar.high - bar.open;
  return {{{bar.opened_at, bar.open},
           {bar.opened_at + third, low_first ? bar.low : bar.high},
           {bar.opened_at + 2 * third, low_first ? bar.high : bar.low},
           {bar.closed_at, bar.close}}};
}

// On the path at that moment of the bar, to whole ticks, against the order.
Price price_at(const Path& path, Time at, Side side, Price tick) {
  std::size_t i = 1;
  while (i + 1 < path.size() && path[i].at <= at) ++i;
  const Point& a = path[i - 1];
  const Point& b = path[i];
  if (at <= a.at || b.at <= a.at) return a.price;
  const Int128 steps = static_cast<Int128>((b.price - a.price).units()) * (at - a.at);
  const Int128 span = static_cast<Int128>(b.at - a.at) * tick.units();
  const Int128 down = steps / span - (steps % span < 0 ? 1 : 0);
  const bool whole = steps % span == 0;
  const auto ticks = static_cast<std::int64_t>(side == Side::buy && !whole ? down + 1 : down);
  return a.price + Price::from_units(ticks * tick.units());
}

// Where market orders that arrive at `arrives_at` trade in a bar; none where they do not.
struct Base {
  Price price;
  Time at;
};

std::optional<Base> base_of(FillModel fills, Side side, Price tick, Time arrives_at, const BarObserved& bar) {
  switch (fills) {
    case FillModel::next_open: return bar.opened_at >= arrives_at ? std::optional(Base{bar.open, bar.opened_at}) : std::nullopt;
    case FillModel::same_close: return bar.closed_at >= arrives_at ? std::optional(Base{bar.close, bar.closed_at}) : std::nullopt;
    case FillModel::next_close: return bar.closed_at > arrives_at ? std::optional(Base{bar.close, bar.closed_at}) : std::nullopt;
    case FillModel::high_low_path: break;
  }
  if (bar.closed_at <= arrives_at) return std::nullopt;
  const Time at = std::max(arrives_at, bar.opened_at);
  return Base{price_at(path_of(bar), at, side, tick), at};
}

// When the rest of the path comes to the limit.
std::optional<Quote> touch(const VenueOrder& order, const BarObserved& bar, Time from) {
  const Path path = path_of(bar);
  const Price limit = order.command.limit;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (path[i].at <= from || !within(order.command.side, path[i].price, limit)) continue;
    const Point& a = path[i - 1];
    const Point& b = path[i];
    const Int128 way = (b.price - a.price).units(), done = (limit - a.price).units();
    const auto after = way == 0 ? 0 : static_cast<std::int64_t>(static_cast<Int128>(b.at - a.at) * done / way);
    return Quote{limit, true, std::max(from, a.at + after)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Quote> quote(const VenueConfigured& settings, const ProductDefined& product, const VenueOrder& order,
                           const BarObserved& bar) {
  const OrderCommanded& command = order.command;
  const auto base = base_of(settings.fills, command.side, product.tick, order.arrives_at, bar);
  if (!base) return std::nullopt;
  const Price at_market = market_price(settings, product.tick, command.side, base->price);
  if (command.type == OrderType::market || within(command.side, at_market, command.limit))
    return Quote{at_market, false, base->at};
  if (settings.fills == FillModel::high_low_path) return touch(order, bar, base->at);
  const Price reached = command.side == Side::buy ? bar.low : bar.high;
  if (bar.opened_at >= order.arrives_at && within(command.side, reached, command.limit))
    return Quote{command.limit, true, base->at};
  return std::nullopt;
}

Quantity fillable(const VenueConfigured& settings, const ProductDefined& product, Quantity leaves, Quantity volume, Quantity taken) {
  if (settings.participation == Ratio{} || volume <= Quantity{}) return leaves;
  const Int128 lot = product.lot.units();
  const Int128 share = static_cast<Int128>(volume.units()) * settings.participation.units() / ratio_one;
  const Int128 left = std::max<Int128>(std::max<Int128>(share / lot, 1) * lot - taken.units(), 0);
  return Quantity::from_units(static_cast<std::int64_t>(std::min<Int128>(left, leaves.units())));
}

Money fee(Price price, Quantity quantity, std::int64_t multiplier, Ratio ratio) {
  const Int128 value = abs(notional(price, quantity, multiplier)).units();
  const Int128 parts = (value % ratio_one) * ratio.units();
  const Int128 down = parts / ratio_one - (parts % ratio_one < 0 ? 1 : 0);
  Int128 whole{};
  if (__builtin_mul_overflow(value / ratio_one, static_cast<Int128>(ratio.units()), &whole)) decimal_text::overflow("fee");
  return Money::from_units(whole) + Money::from_units(down);
}

bool draw(const VenueConfigured& settings, const ClientOrderId& order, std::string_view what, Ratio probability) {
  if (probability <= Ratio{}) return false;
  std::string named(order.text());
  named.append("\n").append(what);
  const std::uint64_t drawn = XXH3_64bits_withSeed(named.data(), named.size(), settings.seed) % ratio_one;
  return drawn < static_cast<std::uint64_t>(probability.units());
}

}  // namespace tally::matching
