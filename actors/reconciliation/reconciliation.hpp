// Compares what the account's book holds with what the venue says it holds, and keeps the difference in sight.
//
// Laws
//  - At every comparison, over the union of both sides' products: our position + open position drift = the venue's.
//    The venue's truth wins; the drift is the account's own line until a fill explains it or an operator assigns it.
//  - A report that is not complete is no flat venue: it is asked for again, with back-off, a bounded number of times,
//    then an alert. A product that traded while the venue was asked is asked for again before it is called a drift.
//  - An order in doubt is asked about once nothing of it can be on its way any more, unless the venue spoke of it meanwhile.
//  - One request at a time; whoever asks meanwhile joins it. An answer to an older request is ignored.
//  - A drift that is open with the same difference is not reported again. One that changed is superseded by a new one.
//  - An order that the venue closed short of its quantity leaves a target_residual: wanted, not confirmed. It changes no
//    position. At most one a product; the next order on the product restates the target and supersedes it.
#pragma once

#include <boost/container/flat_map.hpp>
#include <map>
#include <optional>

#include "actors/answered.hpp"
#include "actors/entity.hpp"

namespace tally {

// A request that the venue has not answered.
struct VenueRequest {
  std::uint64_t number = 0;
  std::string cause;
  std::uint32_t attempt = 1;
  bool asked = true;        // false: waits for its next attempt
};
BOOST_DESCRIBE_STRUCT(VenueRequest, (), (number, cause, attempt, asked))

struct ComparedPosition {
  Quantity ours;            // from confirmed fills and assigned drift
  Quantity reported;        // in the venue's last complete report
  bool moved = false;       // a fill came since the venue was asked
  std::int64_t multiplier = 1;
};
BOOST_DESCRIBE_STRUCT(ComparedPosition, (), (ours, reported, moved, multiplier))

struct OpenDrift {
  DriftKind kind = DriftKind::position;
  ProductId product;
  Quantity difference;
  Time first_seen;
};
BOOST_DESCRIBE_STRUCT(OpenDrift, (), (kind, product, difference, first_seen))

// An order from its command to its end; one that ended short stays until the product's next order, for its residual and
// its late fills.
struct TrackedOrder {
  ProductId product;
  Side side = Side::buy;
  bool filled = false;            // at least in part
  bool cancelled_by_us = false;   // its shortness was wanted
  bool in_doubt = false;          // nobody knows whether the venue has it
  Quantity residual;              // signed: wanted and not confirmed when it ended
};
BOOST_DESCRIBE_STRUCT(TrackedOrder, (), (product, side, filled, cancelled_by_us, in_doubt, residual))

struct ReconciliationState {
  std::int64_t every_ms = 0;
  Time schedule_at;                    // ns 0: no schedule runs
  std::uint64_t request_count = 0;
  std::optional<VenueRequest> request;
  bool clean = false;                  // the last comparison was
  std::uint64_t drift_count = 0;
  boost::container::flat_map<ProductId, ComparedPosition> positions;
  boost::container::flat_map<std::uint64_t, OpenDrift> drifts;       // by number
  boost::container::flat_map<ClientOrderId, TrackedOrder> orders;
  std::map<SubscriptionId, ProductId> subscriptions;                 // who may take a drift of what
  Answered<std::uint64_t, 1'024> answered;                           // ResolveDrift, by key: the drift
};
BOOST_DESCRIBE_STRUCT(ReconciliationState, (),
                      (every_ms, schedule_at, request_count, request, clean, drift_count, positions, drifts, orders,
                       subscriptions, answered))

struct Reconciliation {
  static constexpr EntityKind kind = EntityKind::reconciliation;
  static constexpr int reducer_version = 2;

  static constexpr std::uint32_t attempts_max = 6;
  static constexpr std::int64_t answer_wait_ms = 30'000;
  static constexpr std::int64_t backoff_ms = 1'000;   // doubles with every attempt
  static constexpr std::int64_t doubt_wait_ms = order_in_flight_ns / ns_per_ms;

  using Inputs = inputs<AccountConfigured, ProductDefined, SubscriptionUpdated, ShardStarted, RequestReconciliation, ResolveDrift,
                        DeadlineReached, OrderCommanded, OrderInDoubt, OrderAccepted, OrderCancelCommanded, OrderCancelRejected,
                        OrderFilled, OrderRejected, OrderCanceled, VenueStateFolded>;
  using Events = events<VenueStateRequested, DriftDetected, DriftResolved, ReconciliationCompleted, CommandDenied, AlertTriggered,
                        DeadlineSet>;
  using State = ReconciliationState;

  static void decide(const State&, const AccountConfigured&, const Moment&, Out<Events>&);
  static void decide(const State&, const ShardStarted&, const Moment&, Out<Events>&);
  static void decide(const State&, const RequestReconciliation&, const Moment&, Out<Events>&);
  static void decide(const State&, const DeadlineReached&, const Moment&, Out<Events>&);
  static void decide(const State&, const VenueStateFolded&, const Moment&, Out<Events>&);
  static void decide(const State&, const ResolveDrift&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderCommanded&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderInDoubt&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderFilled&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderRejected&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderCanceled&, const Moment&, Out<Events>&);

  static void evolve(State&, const AccountConfigured&);
  static void evolve(State&, const ProductDefined&);
  static void evolve(State&, const SubscriptionUpdated&);
  static void evolve(State&, const ShardStarted&);
  static void evolve(State&, const DeadlineReached&);
  static void evolve(State&, const VenueStateFolded&);
  static void evolve(State&, const OrderCommanded&);
  static void evolve(State&, const OrderInDoubt&);
  static void evolve(State&, const OrderAccepted&);
  static void evolve(State&, const OrderCancelCommanded&);
  static void evolve(State&, const OrderCancelRejected&);
  static void evolve(State&, const OrderFilled&);
  static void evolve(State&, const OrderRejected&);
  static void evolve(State&, const OrderCanceled&);

  static void evolve(State&, const VenueStateRequested&);
  static void evolve(State&, const DriftDetected&);
  static void evolve(State&, const DriftResolved&);
  static void evolve(State&, const ReconciliationCompleted&);
  static void evolve(State&, const CommandDenied&);
  static void evolve(State&, const AlertTriggered&);
  static void evolve(State&, const DeadlineSet&);
};

}  // namespace tally
