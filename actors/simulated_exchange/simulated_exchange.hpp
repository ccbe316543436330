// A venue made of bars: takes orders of any number of accounts, fills them as its settings say, and keeps its own records,
// which are the truth that reconciliation asks for. Pure and seeded: a replay of its journal trades the same.
//
// Laws
//  - Positions are the sums of the executions, per account and product; an order's filled quantity is the sum of its own.
//  - Every draw is a hash of (seed, order, what is drawn for), so that one order's fate depends on no other order, but for
//    what it finds left of a bar: volume is taken once, by whoever came first.
//  - An order id is known once. The same order again gets the same answer again and no second order; another order under
//    a known id gets a status report that says so.
//  - A bar counts once: one that closes no later than the newest seen is ignored, so bars may be fed again after a
//    restart. An entry brings at most one bar of a product.
//  - Per bar all orders of a product together fill at most the participation in the bar's volume, in whole lots, at least one.
//
// Times are those of the orders and bars. With latency an order takes part from commanded_at + latency on, and a cancel
// from its own; what the bar between them does to the order is the race that real venues have. The report of arrival
// carries the time of arrival, but is given at once: the exchange is called by inputs only.
//
// Bounds: closed orders are remembered for memory_ns of the venue's time, at most closed_orders_max.
#pragma once

#include "actors/entity.hpp"
#include "actors/simulated_exchange/state.hpp"

namespace tally {

struct SimulatedExchange {
  static constexpr EntityKind kind = EntityKind::simulated_exchange;
  static constexpr int reducer_version = 2;

  static constexpr std::int64_t memory_ns = 8 * ns_per_day;  // a day more than a session's dedupe window
  static constexpr std::size_t closed_orders_max = 32'768;

  using Inputs = inputs<VenueConfigured, ProductDefined, BarObserved, OrderCommanded, OrderCancelCommanded, VenueStateRequested>;
  using Events = events<ExecutionReported, VenueStateReported>;
  using State = SimulatedExchangeState;

  static void decide(const State&, const BarObserved&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderCommanded&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderCancelCommanded&, const Moment&, Out<Events>&);
  static void decide(const State&, const VenueStateRequested&, const Moment&, Out<Events>&);

  // Inputs.
  static void evolve(State&, const VenueConfigured&);
  static void evolve(State&, const ProductDefined&);
  static void evolve(State&, const BarObserved&);
  static void evolve(State&, const OrderCommanded&);
  static void evolve(State&, const OrderCancelCommanded&);

  // Its own events.
  static void evolve(State&, const ExecutionReported&);
  static void evolve(State&, const VenueStateReported&);
};

// Whether a further bar of this product could change anything.
bool needs_bars(const SimulatedExchangeState& state, ProductId product);

// The product's last price, at the close of the newest bar; none before the first.
std::optional<MarkCaptured> mark(const SimulatedExchangeState& state, ProductId product);

// The top of the book around the last price: half the configured spread to either side. `missing` before the first bar or
// where the product is unknown; `locked` where the spread is configured as zero.
MidPriceCaptured book_top(const SimulatedExchangeState& state, ProductId product);

}  // namespace tally
