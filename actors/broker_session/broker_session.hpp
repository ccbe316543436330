// One account's line to its venue: sends what risk approved, once, and turns what the venue reports into facts.
//
// Laws
//  - An order is commanded only on a recorded approval of exactly its batch, once, within the approved quantity of its
//    side, before the approval expires. Anything else is OrderRejected NOT_APPROVED.
//  - Nothing is ever sent twice: an order whose fate is unknown stays in doubt until the venue was asked after the doubt
//    arose. Absence proves something only in a complete report to such a question, never in an older one.
//  - Ledgers move by OrderFilled only, and every execution moves them once: an execution id counts once per order, however
//    often, late or out of order it is reported. The cumulative quantity is the sum of the unique executions.
//  - Whatever the venue says is either a legal step of the life cycle (order_status.hpp), already known, or a
//    ReportMismatched with an alert. Never an exception, never silence. The same disputed report is recorded once.
//  - VenueStateFolded comes last: then every execution of that report stands in the journal.
//
// Bounds: orders that are open are as many as the books work at once; closed ones are kept for dedupe_window_ns of event
// time, at most closed_orders_max; later trades of forgotten orders are mismatches (the log keeps them for ever).
#pragma once

#include <boost/container/flat_map.hpp>
#include <deque>
#include <map>
#include <set>

#include "actors/broker_session/order.hpp"
#include "actors/entity.hpp"

namespace tally {

// What risk allowed for one batch. Dropped when it is used.
struct Approval {
  Quantity buy;
  Quantity sell;
  Time expires_at;  // ns 0: never
};
BOOST_DESCRIBE_STRUCT(Approval, (), (buy, sell, expires_at))

struct ClosedOrder {
  ClientOrderId order;
  Time since;  // the first order command after it closed: its age counts from there; ns 0 until then
};
BOOST_DESCRIBE_STRUCT(ClosedOrder, (), (order, since))

// A report that was recorded as a mismatch.
struct Dispute {
  ClientOrderId order;
  ExecutionId execution;
  RuleId rule;
  auto operator<=>(const Dispute&) const = default;
};
BOOST_DESCRIBE_STRUCT(Dispute, (), (order, execution, rule))

struct BrokerSessionState {
  VenueId venue;
  boost::container::flat_map<BatchId, Approval> approvals;  // not used yet
  std::map<ClientOrderId, Order> open;
  std::map<ClientOrderId, Order> closed;
  std::deque<ClosedOrder> closed_in_order;  // oldest first
  std::set<Dispute> disputes;
  std::deque<Dispute> disputes_in_order;    // oldest first
  std::uint64_t last_question = 0;          // number of the newest VenueStateRequested

  // nullptr where it is unknown, or forgotten.
  const Order* find(const ClientOrderId& order) const;
};
BOOST_DESCRIBE_STRUCT(BrokerSessionState, (),
                      (venue, approvals, open, closed, closed_in_order, disputes, disputes_in_order, last_question))

struct BrokerSession {
  static constexpr EntityKind kind = EntityKind::broker_session;
  static constexpr int reducer_version = 2;

  static constexpr std::int64_t dedupe_window_ns = 7 * ns_per_day;
  static constexpr std::size_t closed_orders_max = 16'384;
  static constexpr std::size_t disputes_max = 4'096;
  static constexpr std::uint64_t approvals_kept = 16;         // per product and kind of batch

  using Inputs = inputs<AccountConfigured, RiskApproved, NetOrderRequested, CancelRequested, OrderSendReported, ExecutionReported,
                        VenueStateRequested, VenueStateReported, ShardStarted>;
  using Events = events<OrderCommanded, OrderCancelCommanded, OrderSubmitted, OrderAccepted, OrderRejected, OrderFilled,
                        OrderCanceled, OrderCancelRejected, OrderInDoubt, ReportMismatched, VenueStateFolded, AlertTriggered>;
  using State = BrokerSessionState;

  static void decide(const State&, const NetOrderRequested&, const Moment&, Out<Events>&);
  static void decide(const State&, const CancelRequested&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderSendReported&, const Moment&, Out<Events>&);
  static void decide(const State&, const ExecutionReported&, const Moment&, Out<Events>&);
  static void decide(const State&, const VenueStateReported&, const Moment&, Out<Events>&);
  static void decide(const State&, const ShardStarted&, const Moment&, Out<Events>&);

  // Inputs.
  static void evolve(State&, const AccountConfigured&);
  static void evolve(State&, const RiskApproved&);
  static void evolve(State&, const CancelRequested&);       // the wish; it outlives a doubt
  static void evolve(State&, const VenueStateRequested&);
  static void evolve(State&, const ShardStarted&);          // cancels that were under way may not have left

  // Its own events.
  static void evolve(State&, const OrderCommanded&);
  static void evolve(State&, const OrderCancelCommanded&);
  static void evolve(State&, const OrderSubmitted&);
  static void evolve(State&, const OrderAccepted&);
  static void evolve(State&, const OrderRejected&);
  static void evolve(State&, const OrderFilled&);
  static void evolve(State&, const OrderCanceled&);
  static void evolve(State&, const OrderCancelRejected&);
  static void evolve(State&, const OrderInDoubt&);
  static void evolve(State&, const ReportMismatched&);
  static void evolve(State&, const VenueStateFolded&);
  static void evolve(State&, const AlertTriggered&);
};

}  // namespace tally
