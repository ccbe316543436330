// How a subscription records what happened. Nothing here judges.
#include "actors/subscription/subscription.hpp"
#include "actors/subscription/rules.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

using State = Subscription::State;

void see_price(State& state, Price price, std::string source, Time at) {
  if (price == Price{}) return;
  state.price = price;
  state.price_source = std::move(source);
  state.price_at = at;
}

// A position begins when it leaves zero or changes side: then the stop ratio of what opened it is frozen.
void trade(State& state, const LotFill& fill, std::optional<Ratio> stop_loss_ratio) {
  const int before = sign(state.position);
  state.position += fill.quantity;
  state.realized += take(state.lots, fill);
  state.multiplier = fill.multiplier;
  state.flat_retries = 0;
  if (sign(state.position) == before) return;
  state.stop_loss_ratio = state.position == Quantity{} ? std::nullopt : stop_loss_ratio;
  state.stop_alerted = false;
}

void settle(State& state, const SplitRow& row, const LotFill& fill) {
  const bool latest = state.intent && row.intent.number == state.intent->number;
  // A fill that comes after the rest was given back trades some of that after all.
  if (latest && outstanding(state) == Quantity{}) state.intent->released -= fill.quantity;
  if (latest) state.intent->filled += fill.quantity;
  state.cash += row.cash;
  state.buffer += row.residual;
  state.fees += row.fee;
  trade(state, fill, latest ? state.intent->stop_loss_ratio : std::nullopt);
}

}  // namespace

void Subscription::evolve(State& state, const SubscriptionUpdated& updated) {
  if (!state.investor.empty() && updated.investor != state.investor) return;
  state.investor = updated.investor;
  state.source = updated.source;
  state.product = updated.product;
  state.terms = updated.terms;
  state.version = updated.version;
}

void Subscription::evolve(State& state, const CapitalAllotted& allotted) { state.cash += allotted.amount; }

void Subscription::evolve(State& state, const BufferAdjusted& adjusted, Row row) {
  if (adjusted.investor != state.investor) return;
  state.buffer += adjusted.shares.at(row.index).amount;
  TALLY_ASSERT(state.buffer >= Money{});
}

void Subscription::evolve(State& state, const SignalReceived& signal) {
  if (signal.product != state.product || signal.source != state.source) return;
  see_price(state, signal.mark, signal.mark_source, signal.mark_at);
  state.lot = signal.lot;
  state.multiplier = signal.multiplier;
  state.heard = Heard{signal.key, signal.direction, signal.stop_loss_ratio, signal.mark, signal.mark_source, signal.mark_at};
  state.flat_retries = 0;
  if (outstanding(state) != Quantity{}) state.intent->newer_signal = true;
}

void Subscription::evolve(State& state, const FillSplit& split, Row row) {
  const SplitRow& mine = split.rows.at(row.index);
  settle(state, mine, {mine.quantity, split.price, split.multiplier, split.execution, split.at});
  see_price(state, split.price, "fill", split.at);
}

void Subscription::evolve(State& state, const InternalNettingSettled& cross, Row row) {
  const SplitRow& mine = cross.rows.at(row.index);
  settle(state, mine, {mine.quantity, cross.mid, cross.multiplier, cross.execution, cross.mid_at});
  see_price(state, cross.mid, cross.mid_source, cross.mid_at);
}

void Subscription::evolve(State& state, const WithdrawalRequested& request, Row row) {
  if (request.investor != state.investor) return;
  TALLY_ASSERT(!state.withdrawal);
  const WithdrawalRow& mine = request.rows.at(row.index);
  state.withdrawal = Withdrawal{request.key, mine.amount, {}, request.minimum_unit, 0};
  see_price(state, mine.mark, "withdrawal", request.at);
}

// An operator's price need not be in whole minimum units: what is below them stays in this subscription's own cash.
void Subscription::evolve(State& state, const DriftResolved& drift) {
  if (drift.kind != DriftKind::position || drift.resolution != DriftResolution::assigned) return;
  state.cash -= notional(drift.price, drift.quantity, drift.multiplier);
  trade(state, {drift.quantity, drift.price, drift.multiplier, ExecutionId("drift:" + std::to_string(drift.drift)), drift.at},
        std::nullopt);
  see_price(state, drift.price, "drift", drift.at);
}

void Subscription::evolve(State& state, const IntentCreated& created) {
  state.intents = created.intent.number;
  state.intent = Intent{};
  state.intent->number = created.intent.number;
  state.intent->reason = created.reason;
  state.intent->close = created.close;
  state.intent->open = created.open;
  state.intent->stop_loss_ratio = created.stop_loss_ratio;
  if (state.withdrawal && created.reason == IntentReason::withdrawal) ++state.withdrawal->rounds;
}

void Subscription::evolve(State& state, const IntentReleased& released) {
  state.intent->released += released.quantity;
}

void Subscription::evolve(State& state, const IntentCancelRequested&) { state.intent->cancelling = true; }

void Subscription::evolve(State& state, const CapitalReleased& released) {
  state.cash -= released.amount;
  if (released.investor != state.investor) return;
  if (!state.withdrawal || state.withdrawal->key != released.key) {
    state.answered.remember({{}, released.key}, released.at, released.amount);
    return;
  }
  state.withdrawal->released += released.amount;
  if (released.last) state.withdrawal.reset();
}

void Subscription::evolve(State& state, const AlertTriggered& alert) {
  if (alert.rule == rules::stop_loss_crossed) state.stop_alerted = true;
}

void Subscription::evolve(State& state, const DeadlineSet&) { ++state.flat_retries; }

}  // namespace tally
