// One order of the session, and how each fact about it is recorded. The facts are judged before they are facts: an
// illegal one here is a broken law.
#pragma once

#include <boost/container/flat_set.hpp>

#include "actors/broker_session/order_status.hpp"
#include "messages/orders.hpp"

namespace tally {

struct Order {
  BatchId batch;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  Quantity quantity;
  Quantity cumulative;              // sum of the unique executions' last quantities: the truth, whatever a report adds up
  OrderStanding standing;
  bool answered = false;            // the venue has shown that it knows the order
  bool cancel_wanted = false;
  bool cancel_sent = false;         // since this host began to run the shard
  std::uint64_t asked = 0;          // the newest question to the venue when something was last learnt of the order
  Time commanded_at;
  VenueOrderId venue_order;
  boost::container::flat_set<ExecutionId> executions;  // folded; no more of them than smallest units of quantity

  Quantity leaves() const { return quantity - cumulative; }
  bool closed() const { return is_closed(standing.status); }
  bool allows(OrderChange change) const { return after(standing, change).has_value(); }
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (batch, side, type, quantity, cumulative, standing, answered, cancel_wanted, cancel_sent, asked,
                       commanded_at, venue_order, executions))

Order commanded(const OrderCommanded& command);
Order denied(const OrderRejected& denial);

void record(Order&, const OrderSubmitted&);
void record(Order&, const OrderAccepted&);
void record(Order&, const OrderRejected&);
void record(Order&, const OrderFilled&);
void record(Order&, const OrderCanceled&);
void record(Order&, const OrderInDoubt&);
void record(Order&, const OrderCancelCommanded&);
void record(Order&, const OrderCancelRejected&);

}  // namespace tally
