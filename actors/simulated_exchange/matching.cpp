#include "actors/simulated_exchange/matching.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

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

}  // namespace

Time trading_time(const VenueConfigured& settings, const BarObserved& bar) {
  return settings.fills == FillModel::next_open ? bar.opened_at : bar.closed_at;
}

std::optional<Quote> quote(const VenueConfigured& settings, const ProductDefined& product, const VenueOrder& order,
                           const BarObserved& bar) {
  const OrderCommanded& command = order.command;
  if (trading_time(settings, bar) < order.arrives_at) return std::nullopt;
  const Price base = settings.fills == FillModel::next_open ? bar.open : bar.close;
  const Price at_market = market_price(settings, product.tick, command.side, base);
  if (command.type == OrderType::market || within(command.side, at_market, command.limit)) return Quote{at_market, false};
  const Price reached = command.side == Side::buy ? bar.low : bar.high;
  if (bar.opened_at >= order.arrives_at && within(command.side, reached, command.limit)) return Quote{command.limit, true};
  return std::nullopt;
}

Quantity fillable(const VenueConfigured& settings, const ProductDefined& product, Quantity leaves, Quantity volume) {
  if (settings.participation == Ratio{} || volume <= Quantity{}) return leaves;
  const Int128 lot = product.lot.units();
  const Int128 share = static_cast<Int128>(volume.units()) * settings.participation.units() / ratio_one;
  const Int128 lots = std::max<Int128>(share / lot, 1);
  return Quantity::from_units(static_cast<std::int64_t>(std::min<Int128>(lots * lot, leaves.units())));
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
