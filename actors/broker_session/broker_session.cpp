#include "actors/broker_session/broker_session.hpp"

#include "actors/broker_session/client_order_id.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

using Events = BrokerSession::Events;
using State = BrokerSessionState;

namespace rule {
const RuleId not_approved("NOT_APPROVED");
const RuleId send_refused("SEND_REFUSED");
const RuleId venue_rejected("VENUE_REJECTED");
const RuleId not_at_venue("NOT_AT_VENUE");
const RuleId unknown_order("UNKNOWN_ORDER");
const RuleId orphan("ORPHAN");
const RuleId overfill("OVERFILL");
const RuleId illegal_transition("ILLEGAL_TRANSITION");
const RuleId contradicts_order("CONTRADICTS_ORDER");
const RuleId quantity_mismatch("QUANTITY_MISMATCH");
const RuleId still_in_doubt("STILL_IN_DOUBT");
}  // namespace rule

// What one decision says, together with the orders as it leaves them: a venue's own records may tell several things
// about one order. Copies are made of what is touched only; a decision about one report needs none. An order found
// here changes under its reference when something is said of it.
class Draft {
 public:
  Draft(const State& state, const Moment& moment, Out<Events>& out, bool keeps) : state_(state), moment_(moment), out_(out), keeps_(keeps) {}

  const Moment& moment() const { return moment_; }

  const Order* find(const ClientOrderId& id) const {
    const auto touched = touched_.find(id);
    return touched == touched_.end() ? state_.find(id) : &touched->second;
  }

  template <class E>
  void operator()(E event) {
    if constexpr (requires(Order& order) { record(order, event); })
      if (keeps_) record(touched_.try_emplace(event.order, *find(event.order)).first->second, event);
    out_(std::move(event));
  }

  // Records and alerts; the same dispute once.
  void mismatch(const ClientOrderId& order, const ExecutionId& execution, RuleId why, Severity severity, std::string reason) {
    const Dispute dispute{order, execution, why};
    if (state_.disputes.contains(dispute) || (keeps_ && !disputed_.insert(dispute).second)) return;
    out_(ReportMismatched{order, execution, why, reason});
    out_(AlertTriggered{why, severity, std::string(order.text()), std::move(reason), moment_.now});
  }

 private:
  const State& state_;
  const Moment& moment_;
  Out<Events>& out_;
  bool keeps_;
  std::map<ClientOrderId, Order> touched_;
  std::set<Dispute> disputed_;
};

std::string name_of(OrderStatus status) { return boost::describe::enum_to_string(status, "?"); }

OrderCancelCommanded cancel_command(const ClientOrderId& id, const Order& order, const Moment& moment) {
  return {id, order.batch.product, AccountId(moment.self), moment.now};
}

void illegal(const ExecutionReported& report, const Order& order, Severity severity, Draft& draft) {
  draft.mismatch(report.order, report.execution, rule::illegal_transition, severity,
                 std::string("the venue reports '") + boost::describe::enum_to_string(report.type, "?") + "' of an order that is " +
                     name_of(order.standing.status));
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
// What is not ours. A trade older than the dedupe window is not news: its order is forgotten here, and positions are compared.
void judge_orphan(const ExecutionReported& report, const Moment& moment, Draft& draft) {
  if (report.type == ExecutionType::trade && report.at < moment.now + -BrokerSession::dedupe_window_ns) return;
  draft.mismatch(report.order, report.execution, rule::orphan, Severity::critical,
                 report.type == ExecutionType::trade ? "the venue has a trade of this account that is not ours"
                                                     : "the venue has an open order of this account that is not ours");
}

// Cancelled, expired or filled here before the question was asked, and still open at the venue.
void judge_presence(const Order* before, const ExecutionReported& open, std::uint64_t request, Draft& draft) {
  if (!before || !before->closed() || before->asked >= request) return;
  if (before->standing.status == OrderStatus::denied || before->standing.status == OrderStatus::rejected) return;  // said already
  illegal(open, *before, Severity::critical, draft);
}

// What it means that a complete report, asked for after all that was known of the order, does not list it as open.
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
  if (status == OrderStatus::unknown) return reject("in doubt, and the venue does not know it");
  if (status == OrderStatus::submitted && draft.moment().now - order.commanded_at >= BrokerSession::in_flight_ns)
    return reject("sent, and the venue does not know it");
}

}  // namespace

const Order* BrokerSessionState::find(const ClientOrderId& order) const {
  if (const auto it = open.find(order); it != open.end()) return &it->second;
  if (const auto it = closed.find(order); it != closed.end()) return &it->second;
  return nullptr;
}

void BrokerSession::decide(const State& state, const NetOrderRequested& ask, const Moment& moment, Out<Events>& out) {
  const ClientOrderId id = client_order_id(moment.self, ask.batch, ask.attempt);
  const auto deny = [&](std::string reason) { out(OrderRejected{id, ask.batch, ask.quantity, rule::not_approved, std::move(reason)}); };
  if (const Order* known = state.find(id)) {
    TALLY_ASSERT(known->batch == ask.batch);  // two batches under one id
    return;                                   // a retry changes nothing
  }
  const auto approval = state.approvals.find(ask.batch);
  if (approval == state.approvals.end()) return deny("risk has approved no order of this batch, or it was used");
  const auto& [buy, sell, expires_at] = approval->second;
  if (expires_at != Time{} && moment.now >= expires_at) return deny("the approval has expired");
  if (ask.quantity <= Quantity{}) return deny("the quantity is not positive");
  if (ask.quantity > (ask.side == Side::buy ? buy : sell)) return deny("more than risk approved");

  OrderCommanded command;
  command.order = id;
  command.batch = ask.batch;
  command.side = ask.side;
  command.quantity = ask.quantity;
  command.commanded_at = moment.now;
  command.account = AccountId(moment.self);
  out(std::move(command));
}

void BrokerSession::decide(const State& state, const CancelRequested& request, const Moment& moment, Out<Events>& out) {
  for (const auto& [id, order] : state.open)
    if (order.batch == request.batch && !order.cancel_sent && order.allows(OrderChange::ask_cancel))
      out(cancel_command(id, order, moment));
}

void BrokerSession::decide(const State& state, const OrderSendReported& report, const Moment& moment, Out<Events>& out) {
  Draft draft(state, moment, out, false);
  const Order* order = state.find(report.order);
  if (!order)
    return draft.mismatch(report.order, {}, rule::unknown_order, Severity::warning, "an attempt to send an order that is not ours");
  const OrderStatus status = order->standing.status;
  const bool waiting = !order->answered && !order->closed();
  switch (report.outcome) {
    case SendOutcome::sent:
      if (waiting && order->standing.working != OrderStatus::submitted) out(OrderSubmitted{report.order, order->batch});
      return;
    case SendOutcome::ambiguous:
      if (waiting && status != OrderStatus::unknown) out(OrderInDoubt{report.order, order->batch, report.text});
      return;
    case SendOutcome::refused_locally:
      if (status == OrderStatus::rejected) return;
      if (!waiting)
        return draft.mismatch(report.order, {}, rule::illegal_transition, Severity::critical,
                              "said not to have left, but it is " + name_of(status));
      out(OrderRejected{report.order, order->batch, order->leaves(), rule::send_refused, report.text});
      return;
  }
}

void BrokerSession::decide(const State& state, const ExecutionReported& report, const Moment& moment, Out<Events>& out) {
  Draft draft(state, moment, out, false);
  if (const Order* order = state.find(report.order)) return judge(*order, report, draft);
  draft.mismatch(report.order, report.execution, rule::unknown_order,
                 report.type == ExecutionType::trade ? Severity::critical : Severity::warning,
                 "a report of an order that is not ours, or closed too long ago: " + report.text);
}

void BrokerSession::decide(const State& state, const VenueStateReported& report, const Moment& moment, Out<Events>& out) {
  if (!report.complete) return out(VenueStateFolded{report.request, false, {}});
  Draft draft(state, moment, out, true);
  std::set<ClientOrderId> at_venue;
  const auto take = [&](const ExecutionReported& one) {
    if (const Order* order = draft.find(one.order)) judge(*order, one, draft);
    else judge_orphan(one, moment, draft);
  };
  for (const ExecutionReported& execution : report.executions) take(execution);
  for (const ExecutionReported& open : report.open_orders) {
    at_venue.insert(open.order);
    take(open);
    judge_presence(state.find(open.order), open, report.request, draft);
  }
  for (const auto& [id, before] : state.open) {
    const Order& order = *draft.find(id);
    if (order.closed() || at_venue.contains(id) || before.asked >= report.request) continue;
    judge_absence(id, order, report, draft);
  }
  out(VenueStateFolded{report.request, true, report.positions});
}

void BrokerSession::decide(const State& state, const ShardStarted&, const Moment&, Out<Events>& out) {
  for (const auto& [id, order] : state.open)
    if (!order.answered && order.standing.status != OrderStatus::unknown)
      out(OrderInDoubt{id, order.batch, "the host began anew while nothing had answered"});
}

}  // namespace tally
