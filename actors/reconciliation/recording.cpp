// What reconciliation records of what happened. Nothing here judges.
#include <algorithm>

#include "actors/reconciliation/reconciliation.hpp"

namespace tally {

namespace {

Quantity signed_by(Side side, Quantity quantity) { return side == Side::buy ? quantity : -quantity; }

TrackedOrder* find(ReconciliationState& state, const ClientOrderId& id) {
  const auto order = state.orders.find(id);
  return order == state.orders.end() ? nullptr : &order->second;
}

// An order is done: forgotten, or kept for what it left unfilled.
void close(ReconciliationState& state, const ClientOrderId& id, Quantity unfilled) {
  const auto order = state.orders.find(id);
  if (order == state.orders.end()) return;
  order->second.in_doubt = false;
  order->second.residual = signed_by(order->second.side, unfilled);
  if (unfilled == Quantity{}) state.orders.erase(order);
}

// A fill of an order that is already closed takes from its residual.
void fill_order(ReconciliationState& state, const OrderFilled& fill) {
  const auto order = state.orders.find(fill.order);
  if (order == state.orders.end()) return;
  order->second.filled = true;
  order->second.in_doubt = false;
  const Quantity left = abs(order->second.residual);
  if (left > Quantity{}) close(state, fill.order, std::max(Quantity{}, left - fill.last_quantity));
  else if (fill.leaves_quantity == Quantity{}) state.orders.erase(order);
}

bool awaits(const ReconciliationState& state, const VenueStateFolded& report) {
  return report.complete && state.request && state.request->asked && state.request->number == report.request;
}

}  // namespace

// ---- inputs ----
void Reconciliation::evolve(State& state, const AccountConfigured& account) { state.every_ms = account.reconcile_every_ms; }

void Reconciliation::evolve(State& state, const ProductDefined& defined) {
  state.positions[defined.product].multiplier = defined.multiplier;
}

void Reconciliation::evolve(State& state, const SubscriptionUpdated& updated) {
  state.subscriptions[updated.subscription] = updated.product;
}

// The question died with the host that asked it.
void Reconciliation::evolve(State& state, const ShardStarted&) { state.request.reset(); }

void Reconciliation::evolve(State& state, const DeadlineReached& reached) {
  if (reached.name == "schedule" && reached.at == state.schedule_at) state.schedule_at = {};
}

void Reconciliation::evolve(State& state, const VenueStateFolded& report) {
  if (!awaits(state, report)) return;
  for (auto& [product, position] : state.positions) position.reported = {};
  for (const VenuePosition& position : report.positions) state.positions[position.product].reported += position.quantity;
}

void Reconciliation::evolve(State& state, const OrderCommanded& order) {
  if (order.batch.kind == BatchKind::shared)  // restates what is wanted of the product
    for (auto tracked = state.orders.begin(); tracked != state.orders.end();) {
      const bool restated = tracked->second.product == order.batch.product && tracked->second.residual != Quantity{};
      tracked = restated ? state.orders.erase(tracked) : tracked + 1;
    }
  state.orders[order.order] = TrackedOrder{order.batch.product, order.side, false, false, false, {}};
}

void Reconciliation::evolve(State& state, const OrderInDoubt& doubt) {
  if (TrackedOrder* order = find(state, doubt.order)) order->in_doubt = true;
}

void Reconciliation::evolve(State& state, const OrderAccepted& accepted) {
  if (TrackedOrder* order = find(state, accepted.order)) order->in_doubt = false;
}

void Reconciliation::evolve(State& state, const OrderCancelCommanded& cancel) {
  if (TrackedOrder* order = find(state, cancel.order)) order->cancelled_by_us = true;
}

// It works on, so a later shortness is the venue's.
void Reconciliation::evolve(State& state, const OrderCancelRejected& rejected) {
  if (TrackedOrder* order = find(state, rejected.order)) order->cancelled_by_us = false;
}

void Reconciliation::evolve(State& state, const OrderFilled& fill) {
  ComparedPosition& position = state.positions[fill.batch.product];
  position.ours += signed_by(fill.side, fill.last_quantity);
  position.moved = true;
  fill_order(state, fill);
}

// A rejection of the whole order leaves nothing in doubt: the venue said so and the intents are released.
void Reconciliation::evolve(State& state, const OrderRejected& rejected) {
  const auto order = state.orders.find(rejected.order);
  const bool in_part = order != state.orders.end() && order->second.filled;
  close(state, rejected.order, in_part ? rejected.unfilled : Quantity{});
}

void Reconciliation::evolve(State& state, const OrderCanceled& canceled) {
  const auto order = state.orders.find(canceled.order);
  const bool wanted = order != state.orders.end() && order->second.cancelled_by_us;
  close(state, canceled.order, wanted ? Quantity{} : canceled.unfilled);
}

// ---- own events ----
void Reconciliation::evolve(State& state, const VenueStateRequested& requested) {
  const std::uint32_t attempt = state.request && !state.request->asked ? state.request->attempt + 1 : 1;
  state.request = VenueRequest{requested.request, requested.cause, attempt, true};
  state.request_count = requested.request;
  for (auto& [product, position] : state.positions) position.moved = false;
}

void Reconciliation::evolve(State& state, const DriftDetected& drift) {
  state.drifts[drift.drift] = OpenDrift{drift.kind, drift.product, drift.difference, drift.at};
  state.drift_count = std::max(state.drift_count, drift.drift);
}

void Reconciliation::evolve(State& state, const DriftResolved& resolved) {
  state.drifts.erase(resolved.drift);
  if (!resolved.key.empty()) state.answered.remember({{}, resolved.key}, resolved.at, resolved.drift);
  if (resolved.resolution == DriftResolution::assigned) state.positions[resolved.product].ours += resolved.quantity;
}

void Reconciliation::evolve(State& state, const ReconciliationCompleted& completed) {
  state.request.reset();
  state.clean = completed.clean;
}

void Reconciliation::evolve(State&, const CommandDenied&) {}

void Reconciliation::evolve(State& state, const AlertTriggered& alert) {
  if (alert.rule.text() == "VENUE_UNREACHABLE") state.request.reset();
}

void Reconciliation::evolve(State& state, const DeadlineSet& set) {
  if (set.name == "schedule") state.schedule_at = set.at;
  else if (set.name.starts_with("retry:") && state.request) state.request->asked = false;
}

}  // namespace tally
