#include "actors/subscription/sizing.hpp"

#include <algorithm>

#include "actors/capital.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

constexpr Ratio one = Ratio::whole(1);

// Each cap is a budget of notional. Rounding one down before the division by a lot's notional changes nothing:
// floor(floor(a / b) / c) = floor(a / (b x c)) for whole c.
Money notional_budget(const Opening& opening, const SubscriptionTerms& terms) {
  Money budget = scaled(opening.virtual_capital, terms.risk_fraction, opening.stop_loss_ratio, Rounding::down);
  if (terms.loss_max) budget = std::min(budget, scaled(*terms.loss_max, one, opening.stop_loss_ratio, Rounding::down));
  budget = std::min(budget, scaled(opening.virtual_capital, terms.leverage_max, one, Rounding::down));
  if (terms.notional_max) budget = std::min(budget, *terms.notional_max);
  return budget;
}

}  // namespace

Quantity size_of(const Opening& opening, const SubscriptionTerms& terms) {
  TALLY_ASSERT(opening.price > Price{} && opening.lot > Quantity{} && opening.multiplier > 0);
  const Money lot_notional = notional(opening.price, opening.lot, opening.multiplier);
  const Int128 lots = notional_budget(opening, terms).units() / lot_notional.units();
  Int128 units{};
  if (__builtin_mul_overflow(lots, Int128{opening.lot.units()}, &units) || static_cast<std::int64_t>(units) != units)
    decimal_text::overflow("the size of an opening");
  return Quantity::from_units(static_cast<std::int64_t>(units));
}

}  // namespace tally
