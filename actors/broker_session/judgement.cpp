#include "actors/broker_session/judgement.hpp"

#include "actors/broker_session/rules.hpp"

namespace tally {
namespace {

using namespace broker_session;

std::string name_of(auto value) { return boost::describe::enum_to_string(value, "?"); }

void illegal(const ExecutionReported& report, const Order& order, Severity severity, Draft& draft) {
  draft.mismatch(report.order, report.execution, rule::illegal_transition, severity,
                 "the venue reports '" + name_of(report.type) + "' of an order that is " + name_of(order.standing.status));
}

// ---- one report about one order of ours ----
// The venue knows the order.
void judge_known(const Order& order, const ExecutionReported& report, Draft& draft) {
  const OrderStatus status = order.standing.status;
  if (status == OrderStatus::denied || status == OrderStatus::rejected) return illegal(report, order, Severity::critical, draft);
  if (order.closed()) return;  // told late
  if (!order.answered) draft(OrderAccepted{report.order, order.batch, report.venue_order});
  if (order.cancel_wanted && !order.cancel_sent) draft(cancel_command(report.order, order, draft.moment()));
}

// Why this trade cannot be a fill of this order; empty where it can.
std::string contradiction(const Order& order, const ExecutionReported& trade) {
  if (trade.execution.empty()) return "the trade has no execution id, so a repetition could not be told from a second fill";
  if (trade.last_quantity <= Quantity{}) return "the trade's quantity is not positive";
  if (trade.side != order.side) return "the trade is on the other side";
  if (!trade.product.empty() && trade.product != order.batch.product) return "the trade is in another product";
  return {};
}

OrderFilled fill_of(const Order& order, const ExecutionReported& trade) {
  OrderFilled fill;
  fill.order = trade.order;
  fill.batch = order.batch;
  fill.execution = trade.execution;
  fill.side = order.side;
  fill.last_quantity = trade.last_quantity;
  fill.last_price = trade.last_price;
  fill.fee = trade.fee;
  fill.cumulative_quantity = order.cumulative + trade.last_quantity;
  fill.leaves_quantity = order.quantity - fill.cumulative_quantity;
  fill.at = trade.at;
  return fill;
}

void judge_trade(const Order& order, const ExecutionReported& trade, Draft& draft) {
  if (!trade.execution.empty() && order.executions.contains(trade.execution)) return;
  if (std::string why = contradiction(order, trade); !why.empty())
    return draft.mismatch(trade.order, trade.execution, rule::contradicts_order, Severity::critical, std::move(why));
  const bool left_us = order.standing.status != OrderStatus::denied && order.standing.status != OrderStatus::rejected;
  if (left_us && trade.last_quantity > order.leaves())
    return draft.mismatch(trade.order, trade.execution, rule::overfill, Severity::critical,
                          "filled " + trade.last_quantity.text() + " where " + order.leaves().text() + " was left");
  const bool whole = trade.last_quantity == order.leaves();
  if (!order.allows(whole ? OrderChange::fill_whole : OrderChange::fill_part))
    return illegal(trade, order, Severity::critical, draft);

  OrderFilled fill = fill_of(order, trade);
  const Quantity ours = fill.cumulative_quantity;
  const bool resend_cancel = order.cancel_wanted && !order.cancel_sent && !order.closed() && !whole;
  const OrderCancelCommanded cancel = resend_cancel ? cancel_command(trade.order, order, draft.moment()) : OrderCancelCommanded{};
  draft(std::move(fill));
  if (trade.cumulative_quantity != Quantity{} && trade.cumulative_quantity != ours)
    draft(ReportMismatched{trade.order, trade.execution, rule::quantity_mismatch,
                           "the venue adds up to " + trade.cumulative_quantity.text() + ", the executions to " + ours.text()});
  if (resend_cancel) draft(cancel);
}

void judge_rejection(const Order& order, const ExecutionReported& report, Draft& draft) {
  if (order.standing.status == OrderStatus::rejected) return;
  if (!order.allows(OrderChange::reject) || order.cumulative > Quantity{})
    return illegal(report, order, Severity::warning, draft);
  draft(OrderRejected{report.order, order.batch, order.leaves(), rule::venue_rejected, report.text});
}

void judge_close(const Order& order, const ExecutionReported& report, Draft& draft) {
  const bool expired = report.type == ExecutionType::expired;
  if (order.standing.status == OrderStatus::canceled || order.standing.status == OrderStatus::expired) return;
  if (!order.allows(expired ? OrderChange::expire : OrderChange::cancel)) return illegal(report, order, Severity::warning, draft);
  draft(OrderCanceled{report.order, order.batch, order.cumulative, order.leaves(), expired, report.text});
}

// Where the order closed meanwhile the refusal is what one expects of a race.
void judge_cancel_rejection(const Order& order, const ExecutionReported& report, Draft& draft) {
  if (order.closed() || order.standing.status != OrderStatus::pending_cancel) return;
  draft(OrderCancelRejected{report.order, order.batch, report.text});
}

}  // namespace

OrderCancelCommanded cancel_command(const ClientOrderId& id, const Order& order, const Moment& moment) {
  return {id, order.batch.product, AccountId(moment.self), moment.now};
}

void judge(const Order& order, const ExecutionReported& report, Draft& draft) {
  switch (report.type) {
    case ExecutionType::accepted:
    case ExecutionType::status: return judge_known(order, report, draft);
    case ExecutionType::trade: return judge_trade(order, report, draft);
    case ExecutionType::rejected: return judge_rejection(order, report, draft);
    case ExecutionType::canceled:
    case ExecutionType::expired: return judge_close(order, report, draft);
    case ExecutionType::cancel_rejected: return judge_cancel_rejection(order, report, draft);
  }
}

// ---- the venue's own records ----
// A trade older than the dedupe window is not news: its order is forgotten here, and positions are compared.
void judge_orphan(const ExecutionReported& report, Draft& draft) {
  if (report.type == ExecutionType::trade && report.at < draft.moment().now + -BrokerSession::dedupe_window_ns) return;
  draft.mismatch(report.order, report.execution, rule::orphan, Severity::critical,
                 report.type == ExecutionType::trade ? "the venue has a trade of this account that is not ours"
                                                     : "the venue has an open order of this account that is not ours");
}

void judge_presence(const Order* before, const ExecutionReported& open, std::uint64_t request, Draft& draft) {
  if (!before || !before->closed() || before->asked >= request) return;
  if (before->standing.status == OrderStatus::denied || before->standing.status == OrderStatus::rejected) return;  // said already
  illegal(open, *before, Severity::critical, draft);
}

void judge_absence(const ClientOrderId& id, const Order& order, const VenueStateReported& report, Draft& draft) {
  const auto reject = [&](std::string reason) {
    draft(OrderRejected{id, order.batch, order.leaves(), rule::not_at_venue, std::move(reason)});
  };
  const OrderStatus status = order.standing.status;
  if (order.cumulative > Quantity{} || (order.answered && status == OrderStatus::pending_cancel))
    return draft(OrderCanceled{id, order.batch, order.cumulative, order.leaves(), false, "no longer open at the venue"});
  if (order.answered) return reject("the venue accepted it and no longer has it");
  if (order.commanded_at < report.since)
    return draft(AlertTriggered{rule::still_in_doubt, Severity::critical, std::string(id.text()),
                                "the venue's records do not reach back to this order", draft.moment().now});
  if (draft.moment().now - order.commanded_at < order_in_flight_ns) return;  // it may still be on its way
  if (status == OrderStatus::unknown) return reject("in doubt, and the venue does not know it");
  if (status == OrderStatus::submitted) return reject("sent, and the venue does not know it");
}

}  // namespace tally
