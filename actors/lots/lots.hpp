// FIFO lots: what a position consists of, and what closing it realizes. Subscriptions and the trade book keep theirs here.
//
// Promises: a fill closes the oldest lots first, then opens what is left of it; a fill that crosses zero does both. All
// open lots point the same way. Realized profit is (close - open) x quantity x multiplier, signed by the lot's direction,
// exact, before fees. A cross at mid is a fill like any other, under its synthetic execution id.
#pragma once

#include <boost/describe.hpp>
#include <vector>

#include "messages/decimal.hpp"
#include "messages/ids.hpp"

namespace tally {

struct Lot {
  Quantity quantity;       // signed, never zero
  Price price;
  ExecutionId execution;   // that opened it
  Time opened_at;
  bool operator==(const Lot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Lot, (), (quantity, price, execution, opened_at))

// A fill or cross, or a subscription's part of one.
struct LotFill {
  Quantity quantity;       // signed
  Price price;
  std::int64_t multiplier = 1;
  ExecutionId execution;
  Time at;
};

// One segment of a closing: the part of a fill that met one lot.
struct TradeMatch {
  Quantity quantity;       // signed as the lot was: > 0 where a long was closed
  Price opened;
  Price closed;
  ExecutionId opening;
  ExecutionId closing;
  Time opened_at;
  Time closed_at;
  Money realized;          // before fees
};
BOOST_DESCRIBE_STRUCT(TradeMatch, (), (quantity, opened, closed, opening, closing, opened_at, closed_at, realized))

using Lots = std::vector<Lot>;  // oldest first

// The segments `fill` closes, oldest first; none where it only opens. Reads only.
std::vector<TradeMatch> matches_of(const Lots& lots, const LotFill& fill);

// Books `fill` and returns what it realized.
Money take(Lots& lots, const LotFill& fill);

Quantity position_of(const Lots& lots);

// Sum of price x |quantity| x multiplier over the lots: what was paid for a long, or taken for a short.
Money cost_of(const Lots& lots, std::int64_t multiplier);

}  // namespace tally
