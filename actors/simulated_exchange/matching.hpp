// When, at what price and how much of one order a bar fills. Pure arithmetic over one order and one bar; of other orders only
// what they took of the bar's volume counts.
#pragma once

#include <optional>

#include "actors/simulated_exchange/state.hpp"

namespace tally::matching {

struct Quote {
  Price price;
  bool maker = false;  // it rested, and the market came to it
  Time at{};           // within the bar
};

// What an order trades at in this bar; none where it does not, or had not arrived.
//  market  the model's price, worsened by half the spread and the slippage, never to or through zero
//  limit   as a market order where that is within its limit; else at its limit where the bar's range reached it and the
//          order was there when the bar opened; under high_low_path where the rest of the path reaches it
std::optional<Quote> quote(const VenueConfigured& settings, const ProductDefined& product, const VenueOrder& order,
                           const BarObserved& bar);

// How much of `leaves` a bar of this volume fills, of which orders took `taken` before: whole lots, in all at most `participation` of
// the volume but at least one lot. A bar without volume (quotes have none) and a participation of zero bound nothing.
Quantity fillable(const VenueConfigured& settings, const ProductDefined& product, Quantity leaves, Quantity volume, Quantity taken);

// |price x quantity x multiplier| x ratio, rounded down to whole 1e-18 (towards minus infinity, so a rebate never grows).
Money fee(Price price, Quantity quantity, std::int64_t multiplier, Ratio ratio);

// A draw that depends on nothing but the seed, the order and what is drawn for: true with this probability.
bool draw(const VenueConfigured& settings, const ClientOrderId& order, std::string_view what, Ratio probability);

}  // namespace tally::matching
