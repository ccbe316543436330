#include "actors/broker_session/order.hpp"

#include "messages/assert.hpp"

namespace tally {
namespace {

void move_on(Order& order, OrderChange change) {
  const auto next = after(order.standing, change);
  TALLY_ASSERT(next.has_value());
  order.standing = *next;
}

}  // namespace

Order commanded(const OrderCommanded& command) {
  Order order;
  order.batch = command.batch;
  order.side = command.side;
  order.type = command.type;
  order.quantity = command.quantity;
  order.commanded_at = command.commanded_at;
  move_on(order, OrderChange::command);
  return order;
}

Order denied(const OrderRejected& denial) {
  Order order;
  order.batch = denial.batch;
  order.quantity = denial.unfilled;
  move_on(order, OrderChange::deny);
  return order;
}

void record(Order& order, const OrderSubmitted&) { move_on(order, OrderChange::submit); }

void record(Order& order, const OrderAccepted& event) {
  move_on(order, OrderChange::accept);
  order.answered = true;
  order.venue_order = event.venue_order;
}

void record(Order& order, const OrderRejected&) { move_on(order, OrderChange::reject); }

void record(Order& order, const OrderFilled& event) {
  move_on(order, event.leaves_quantity == Quantity{} ? OrderChange::fill_whole : OrderChange::fill_part);
  order.answered = true;
  order.cumulative += event.last_quantity;
  TALLY_ASSERT(order.cumulative == event.cumulative_quantity && order.leaves() == event.leaves_quantity);
  TALLY_ASSERT(order.executions.insert(event.execution).second);
}

void record(Order& order, const OrderCanceled& event) {
  move_on(order, event.expired ? OrderChange::expire : OrderChange::cancel);
  order.answered = true;
}

void record(Order& order, const OrderInDoubt&) { move_on(order, OrderChange::doubt); }

void record(Order& order, const OrderCancelCommanded&) {
  move_on(order, OrderChange::ask_cancel);
  order.cancel_wanted = true;
  order.cancel_sent = true;
}

void record(Order& order, const OrderCancelRejected&) {
  move_on(order, OrderChange::refuse_cancel);
  order.cancel_wanted = false;
  order.cancel_sent = false;
}

}  // namespace tally
