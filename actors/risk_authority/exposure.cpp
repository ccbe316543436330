#include "actors/risk_authority/exposure.hpp"

#include <algorithm>

namespace tally {

namespace {

constexpr Money largest = Money::from_units(static_cast<Int128>((static_cast<unsigned __int128>(1) << 127) - 1));
constexpr Int128 ratio_one = 1'000'000'000;

}  // namespace

Pending pending_of(const ProductRisk& product) {
  Pending pending;
  for (const Reservation& reservation : product.reservations) {
    const Quantity net = reservation.buy - reservation.sell;
    (net > Quantity{} ? pending.buy : pending.sell) += abs(net);
  }
  return pending;
}

bool is_open(const ProductRisk& product) {
  return product.position != Quantity{} || !product.sources.empty() || !product.assigned.empty();
}

bool is_pending(const ProductRisk& product) {
  return !is_open(product) && std::ranges::any_of(product.reservations, &Reservation::opens);
}

Money exposure(const ProductRisk& product, Quantity net) {
  const Pending pending = pending_of(product);
  const Quantity highest = product.position + pending.buy + std::max(net, Quantity{});
  const Quantity lowest = product.position - pending.sell + std::min(net, Quantity{});
  return abs(notional(product.mark, std::max(abs(highest), abs(lowest)), product.multiplier));
}

Money equity(const RiskState& state) { return state.cash + state.totals.marked; }
Money drawdown(const RiskState& state) { return state.peak - equity(state); }
Money daily_loss(const RiskState& state) { return state.day_start - equity(state); }

Money share_of(Money whole, Ratio ratio) {
  const Int128 wholes = whole.units() / ratio_one;
  const Int128 rest = whole.units() % ratio_one * ratio.units() / ratio_one;
  Int128 units{};
  if (__builtin_mul_overflow(wholes, static_cast<Int128>(ratio.units()), &units) || __builtin_add_overflow(units, rest, &units))
    return largest;
  return Money::from_units(units);
}

Money scaled(Money whole, Money part, Money total) {
  using Wide = unsigned __int128;
  const Wide divisor = static_cast<Wide>(total.units());
  const Wide factor = static_cast<Wide>(whole.units());
  Wide quotient = 0;
  Wide remainder = 0;
  const auto carry = [&] {
    if (remainder >= divisor) remainder -= divisor, ++quotient;
  };
  const Wide ones = static_cast<Wide>(part.units()) / divisor;
  const Wide rest = static_cast<Wide>(part.units()) % divisor;
  for (int bit = 126; bit >= 0; --bit) {  // long multiplication of factor x rest, divided as it goes
    quotient <<= 1;
    remainder <<= 1;
    carry();
    if (factor >> bit & 1) remainder += rest;
    carry();
  }
  Wide units{};
  if (__builtin_mul_overflow(factor, ones, &units) || __builtin_add_overflow(units, quotient, &units) ||
      units > static_cast<Wide>(largest.units()))
    decimal_text::overflow("scaling");
  return Money::from_units(static_cast<Int128>(units));
}

bool drawdown_exceeded(const RiskState& state) {
  if (!state.limits.drawdown_max) return false;
  return drawdown(state) > Money{} && drawdown(state) > share_of(std::max(state.peak, Money{}), *state.limits.drawdown_max);
}

bool daily_loss_exceeded(const RiskState& state) {
  return state.limits.daily_loss_max && daily_loss(state) > *state.limits.daily_loss_max;
}

AccountTotals contribution(const ProductRisk& product) {
  return {notional(product.mark, product.position, product.multiplier), exposure(product), is_open(product), is_pending(product)};
}

void add(AccountTotals& totals, const AccountTotals& part) {
  totals.marked += part.marked;
  totals.exposed += part.exposed;
  totals.open += part.open;
  totals.pending += part.pending;
}

void subtract(AccountTotals& totals, const AccountTotals& part) {
  totals.marked -= part.marked;
  totals.exposed -= part.exposed;
  totals.open -= part.open;
  totals.pending -= part.pending;
}

}  // namespace tally
