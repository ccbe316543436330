// How the broker session records: its inputs, then its own events.
#include "actors/broker_session/broker_session.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

using State = BrokerSessionState;

void forget_older(State& state, Time now) {
  auto& closed = state.closed_in_order;
  for (auto it = closed.rbegin(); it != closed.rend() && it->since == Time{}; ++it) it->since = now;
  while (!closed.empty() && now - closed.front().since > BrokerSession::dedupe_window_ns) {
    state.closed.erase(closed.front().order);
    closed.pop_front();
  }
}

void keep_closed(State& state, const ClientOrderId& id) {
  state.closed_in_order.push_back({id, {}});
  if (state.closed_in_order.size() <= BrokerSession::closed_orders_max) return;
  state.closed.erase(state.closed_in_order.front().order);
  state.closed_in_order.pop_front();
}

template <class E>
void note(State& state, const E& event) {
  const auto open = state.open.find(event.order);
  Order& order = open != state.open.end() ? open->second : state.closed.at(event.order);
  record(order, event);
  order.asked = state.last_question;
  if (open == state.open.end() || !order.closed()) return;
  state.closed.insert(state.open.extract(open));
  keep_closed(state, event.order);
}

}  // namespace

// ---- inputs ----
void BrokerSession::evolve(State& state, const AccountConfigured& account) { state.venue = account.venue; }

// The batches of a product and kind are numbered as they form: what is far behind was crossed whole or given back.
void BrokerSession::evolve(State& state, const RiskApproved& approved) {
  const auto& [product, batch_kind, number] = approved.batch;
  state.approvals.insert_or_assign(approved.batch, Approval{approved.buy, approved.sell, approved.expires_at});
  const auto first = state.approvals.lower_bound(BatchId{product, batch_kind, 0});
  const auto last = state.approvals.lower_bound(BatchId{product, batch_kind, number - std::min(number, approvals_kept)});
  state.approvals.erase(first, last);
}

void BrokerSession::evolve(State& state, const CancelRequested& request) {
  for (auto& [id, order] : state.open)
    if (order.batch == request.batch) order.cancel_wanted = true;
}

void BrokerSession::evolve(State& state, const VenueStateRequested& request) { state.last_question = request.request; }

void BrokerSession::evolve(State& state, const ShardStarted&) {
  for (auto& [id, order] : state.open) order.cancel_sent = false;
}

// ---- its own events ----
void BrokerSession::evolve(State& state, const OrderCommanded& event) {
  state.approvals.erase(event.batch);
  forget_older(state, event.commanded_at);
  const auto [it, fresh] = state.open.emplace(event.order, commanded(event));
  TALLY_ASSERT(fresh);
  it->second.asked = state.last_question;
}

// Of an order that is not open: it was denied, and never commanded.
void BrokerSession::evolve(State& state, const OrderRejected& event) {
  if (state.open.contains(event.order)) return note(state, event);
  state.approvals.erase(event.batch);
  if (state.closed.emplace(event.order, denied(event)).second) keep_closed(state, event.order);
}

void BrokerSession::evolve(State& state, const OrderCancelCommanded& event) { note(state, event); }
void BrokerSession::evolve(State& state, const OrderSubmitted& event) { note(state, event); }
void BrokerSession::evolve(State& state, const OrderAccepted& event) { note(state, event); }
void BrokerSession::evolve(State& state, const OrderFilled& event) { note(state, event); }
void BrokerSession::evolve(State& state, const OrderCanceled& event) { note(state, event); }
void BrokerSession::evolve(State& state, const OrderCancelRejected& event) { note(state, event); }
void BrokerSession::evolve(State& state, const OrderInDoubt& event) { note(state, event); }

void BrokerSession::evolve(State& state, const ReportMismatched& event) {
  const Dispute dispute{event.order, event.execution, event.rule};
  if (!state.disputes.insert(dispute).second) return;
  state.disputes_in_order.push_back(dispute);
  if (state.disputes.size() <= disputes_max) return;
  state.disputes.erase(state.disputes_in_order.front());
  state.disputes_in_order.pop_front();
}

void BrokerSession::evolve(State&, const VenueStateFolded&) {}
void BrokerSession::evolve(State&, const AlertTriggered&) {}

}  // namespace tally
