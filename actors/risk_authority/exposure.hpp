// The account's measures: what it holds, what it may come to hold, what it is worth and what it lost. Exact integers;
// a share is compared without rounding.
#pragma once

#include "actors/risk_authority/state.hpp"

namespace tally {

// What approved batches of a product can still add on each side, each batch netted.
struct Pending {
  Quantity buy;
  Quantity sell;
};
Pending pending_of(const ProductRisk& product);

// A position of the account, or of any source where the account's nets to zero.
bool is_open(const ProductRisk& product);
// Not open, but an approved opening is under way.
bool is_pending(const ProductRisk& product);

// The largest notional that the product can come to when pending orders and one more net order (signed) are carried out
// in any order and to any part.
Money exposure(const ProductRisk& product, Quantity net = {});

Money equity(const RiskState& state);
// Lost since the highest equity, and since the UTC day began; negative where the account gained.
Money drawdown(const RiskState& state);
Money daily_loss(const RiskState& state);

// whole x ratio, rounded down; the largest Money where that does not fit. For whole, ratio >= 0, an integral `amount`
// is greater than this exactly when amount > whole x ratio.
Money share_of(Money whole, Ratio ratio);
// floor(whole x part / total) without overflow in between. 0 <= whole, 0 <= part, 0 < total; throws DecimalError where
// the result does not fit.
Money scaled(Money whole, Money part, Money total);

// Losses beyond their limits; false where the limit is not set.
bool drawdown_exceeded(const RiskState& state);
bool daily_loss_exceeded(const RiskState& state);

// Changes one product and keeps the totals true.
template <class Change>
void change_product(RiskState& state, ProductId id, Change&& change);

// ---- detail ----
AccountTotals contribution(const ProductRisk& product);
void add(AccountTotals& totals, const AccountTotals& part);
void subtract(AccountTotals& totals, const AccountTotals& part);

template <class Change>
void change_product(RiskState& state, ProductId id, Change&& change) {
  ProductRisk& product = state.products[id];
  subtract(state.totals, contribution(product));
  change(product);
  add(state.totals, contribution(product));
}

}  // namespace tally
