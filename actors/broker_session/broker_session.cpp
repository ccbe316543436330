#include "actors/broker_session/broker_session.hpp"

#include "actors/broker_session/client_order_id.hpp"
#include "actors/broker_session/judgement.hpp"
#include "actors/broker_session/rules.hpp"
#include "messages/assert.hpp"

namespace tally {

using namespace broker_session;

const Order* BrokerSessionState::find(const ClientOrderId& order) const {
  if (const auto it = open.find(order); it != open.end()) return &it->second;
  if (const auto it = closed.find(order); it != closed.end()) return &it->second;
  return nullptr;
}

void BrokerSession::decide(const State& state, const NetOrderRequested& ask, const Moment& moment, Out<Events>& out) {
  const ClientOrderId id = client_order_id(moment.self, ask.batch, ask.attempt);
  const auto deny = [&](std::string reason) {
    out(OrderRejected{id, ask.batch, ask.quantity, rule::not_approved, std::move(reason)});
  };
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
  Draft draft(state, moment, out, Draft::Copies::none);
  const Order* order = state.find(report.order);
  if (!order)
    return draft.mismatch(report.order, {}, rule::unknown_order, Severity::warning, "the send of an order that is not ours");
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
                              std::string("said not to have left, but it is ") + boost::describe::enum_to_string(status, "?"));
      out(OrderRejected{report.order, order->batch, order->leaves(), rule::send_refused, report.text});
      return;
  }
}

void BrokerSession::decide(const State& state, const ExecutionReported& report, const Moment& moment, Out<Events>& out) {
  Draft draft(state, moment, out, Draft::Copies::none);
  if (const Order* order = state.find(report.order)) return judge(*order, report, draft);
  draft.mismatch(report.order, report.execution, rule::unknown_order,
                 report.type == ExecutionType::trade ? Severity::critical : Severity::warning,
                 "a report of an order that is not ours, or closed too long ago: " + report.text);
}

void BrokerSession::decide(const State& state, const VenueStateReported& report, const Moment& moment, Out<Events>& out) {
  if (!report.complete) return out(VenueStateFolded{report.request, false, {}});
  Draft draft(state, moment, out, Draft::Copies::touched);
  std::set<ClientOrderId> at_venue;
  const auto take = [&](const ExecutionReported& one) {
    if (const Order* order = draft.find(one.order)) judge(*order, one, draft);
    else judge_orphan(one, draft);
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
