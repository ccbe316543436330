// What a subscription does about signals, and about what becomes of its intents.
#include <algorithm>

#include "actors/subscription/sizing.hpp"
#include "actors/subscription/wishes.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace wishes {
namespace {

// The size of an opening, or why there is none.
struct Sized {
  Quantity quantity;
  RuleId rule;          // empty: it may open
  const char* reason = "";
};

Sized size_opening(const State& state, const Subscription::Heard& signal, Money virtual_capital, bool late) {
  const auto refuse = [](RuleId rule, const char* reason) { return Sized{{}, rule, reason}; };
  if (!state.terms.active) return refuse(rules::inactive, "the subscription is inactive: it closes, but does not open");
  if (late) return refuse(rules::stale, "the signal could not be taken when it came");
  if (state.terms.stop_required && !signal.stop_loss_ratio)
    return refuse(rules::stop_required, "an opening needs a stop_loss_ratio");
  if (signal.price <= Price{}) return refuse(rules::mark_missing, "no price was known to size with");
  if (virtual_capital <= Money{}) return refuse(rules::vc_exhausted, "no virtual capital is left");
  try {
    const Quantity size =
        size_of({virtual_capital, signal.stop_loss_ratio.value_or(Ratio::whole(1)), signal.price, state.lot, state.multiplier},
                state.terms);
    if (size == Quantity{}) return refuse(rules::below_min_lot, "its size is below one lot");
    return {signal.direction.value > 0 ? size : -size, {}};
  } catch (const DecimalError&) {
    return refuse(rules::size_out_of_range, "its size is beyond what a quantity can hold");
  }
}

// Marks alone never close: they warn, once a position.
void warn_of_crossed_stop(const State& state, const Moment& moment, Outlet& out) {
  if (state.stop_alerted || !state.stop_loss_ratio || state.lots.empty()) return;
  const Money cost = cost_of(state.lots, state.multiplier);
  const Money value = abs(notional(state.price, state.position, state.multiplier));
  const Money loss = state.position > Quantity{} ? cost - value : value - cost;
  if (loss < scaled(cost, *state.stop_loss_ratio, Ratio::whole(1), Rounding::up)) return;
  out(AlertTriggered{rules::stop_loss_crossed, Severity::warning, std::string(moment.self.text()),
                     "the mark " + state.price.text() + " is beyond the stop distance of the open position", moment.now});
}

// When a flat that the market refused is tried again, after `tries` such returns in a row.
std::int64_t flat_retry_ns(std::uint32_t tries) {
  std::int64_t wait = Subscription::flat_retry_min_ns;
  for (std::uint32_t i = 0; i < tries && wait < Subscription::flat_retry_max_ns; ++i) wait *= 2;
  return std::min(wait, Subscription::flat_retry_max_ns);
}

std::string flat_retry_name(const State& state) { return "flat:" + std::to_string(state.intents); }

void retry_flat_later(const State& state, const Moment& moment, Outlet& out) {
  if (state.flat_retries == 0)
    out(AlertTriggered{rules::forced_flat_unfilled, Severity::critical, std::string(moment.self.text()),
                       "a closing order filled nothing; it is tried again until the position is flat", moment.now});
  const EntityRef self{Subscription::kind, moment.self};
  out(DeadlineSet{self, flat_retry_name(state), moment.now + flat_retry_ns(state.flat_retries)});
}

bool is_late(const SignalReceived& signal, const Moment& moment) { return moment.now > signal.received_at; }

bool is_ours(const State& state, const SignalReceived& signal) {
  return !state.investor.empty() && signal.product == state.product && signal.source == state.source;
}

void go_flat(const State& state, const SignalReceived& signal, const Moment& moment, Outlet& out) {
  const bool closes_already = works(state) && !opens(*state.intent) && state.position + outstanding(state) == Quantity{};
  const bool closes_now = !works(state) && state.position != Quantity{};
  std::optional<IntentId> closing;
  if (closes_already) closing = intent_id(moment, state.intent->number);
  if (closes_now) closing = intent_id(moment, state.intents + 1);
  if (!closes_already) supersede_intent(state, moment, out);
  out(SignalForcedFlatHandled{SubscriptionId(moment.self), signal.key, state.position, closing});
  if (closes_now) close_position(state, IntentReason::forced_flat, moment, out);
}

// A position that nobody wished for, while the latest signal wants none.
void keep_flat(const State& state, const Moment& moment, Outlet& out) {
  if (!held_flat(state) || !closable(state, state.position + outstanding(state))) return;
  if (works(state)) return supersede_intent(state, moment, out);
  close_position(state, IntentReason::late_fill, moment, out);
}

}  // namespace

IntentCreated next_intent(const State& state, const Moment& moment, IntentReason reason, const IdempotencyKey& cause) {
  IntentCreated intent;
  intent.intent = intent_id(moment, state.intents + 1);
  intent.investor = state.investor;
  intent.source = state.source;
  intent.product = state.product;
  intent.reason = reason;
  intent.price = state.price;
  intent.price_source = state.price_source;
  intent.price_at = state.price_at;
  intent.virtual_capital = virtual_capital(state, state.price);
  intent.signal = cause;
  return intent;
}

void supersede_intent(const State& state, const Moment& moment, Outlet& out) {
  if (!works(state) || state.intent->cancelling || state.intent->reason == IntentReason::withdrawal) return;
  out(IntentCancelRequested{intent_id(moment, state.intent->number), state.product});
}

void open_position(const State& state, Money released, bool late, const Moment& moment, Outlet& out) {
  const Subscription::Heard& signal = *state.heard;
  if (sign(state.position) == signal.direction.value) return;  // a repeated direction does not resize

  IntentCreated intent = next_intent(state, moment, IntentReason::signal, signal.key);
  if (signal.price > Price{}) {
    intent.price = signal.price;
    intent.price_source = signal.price_source;
    intent.price_at = signal.price_at;
  }
  intent.virtual_capital = virtual_capital(state, intent.price) - released;
  const Sized sized = size_opening(state, signal, intent.virtual_capital, late);
  intent.close = -state.position;
  intent.open = sized.quantity;
  intent.target = sized.quantity;
  if (sized.rule.empty()) intent.stop_loss_ratio = signal.stop_loss_ratio.value_or(Ratio::whole(1));
  const IntentId id = intent.intent;
  out(std::move(intent));
  // The wish stands in the log beside what became of it; a book has nothing to do about an intent of zero.
  if (!sized.rule.empty()) out(IntentReleased{id, state.product, {}, sized.rule, sized.reason});
}

void close_position(const State& state, IntentReason reason, const Moment& moment, Outlet& out) {
  // A book says when a withdrawal's intent is over, whatever became of it: what the withdrawal waits for.
  IntentCreated intent = next_intent(state, moment, state.withdrawal ? IntentReason::withdrawal : reason, state.heard->key);
  intent.close = -state.position;
  out(std::move(intent));
}

void after_intent(const State& state, const Moment& moment, Outlet& out) {
  const Subscription::Intent& over = *state.intent;
  if (held_flat(state) && closable(state, state.position)) {
    const bool refused = over.open == Quantity{} && over.filled == Quantity{} && !over.cancelling;
    if (!refused)
      return close_position(state, over.newer_signal ? IntentReason::forced_flat : IntentReason::late_fill, moment, out);
    if (state.withdrawal) finish_withdrawal(state, moment, out);  // which does not wait for a market that refuses
    return retry_flat_later(state, moment, out);
  }
  WithdrawalStep step;
  if (state.withdrawal) {
    step = continue_withdrawal(state, moment, out);
    if (!step.finished) return;
  }
  if (over.newer_signal && !held_flat(state)) open_position(state, step.released, false, moment, out);
}

}  // namespace wishes

using namespace wishes;

void Subscription::decide(const State& state, const SignalReceived& signal, const Moment& moment, Out<Events>& out) {
  if (!is_ours(state, signal)) return;
  warn_of_crossed_stop(state, moment, out);
  if (signal.direction.value == 0) return go_flat(state, signal, moment, out);
  if (works(state) && sign(state.intent->open) == signal.direction.value) return;
  if (works(state)) return supersede_intent(state, moment, out);
  open_position(state, {}, is_late(signal, moment), moment, out);
}

void Subscription::decide(const State& state, const RiskRejected& rejected, Row row, const Moment& moment, Out<Events>& out) {
  const IntentId id = rejected.intents.at(row.index);
  if (!works(state) || id.number != state.intent->number || !opens(*state.intent)) return;
  const Quantity denied = state.intent->open - state.intent->released;
  out(IntentReleased{id, state.product, denied, rejected.rule, rejected.reason});
  if (outstanding(state) == denied) after_intent(state, moment, out);
}

void Subscription::decide(const State& state, const IntentsReturned& returned, Row row, const Moment& moment, Out<Events>& out) {
  const ReturnedRow& back = returned.rows.at(row.index);
  if (!state.intent || back.intent.number != state.intent->number) return keep_flat(state, moment, out);
  // A return may concern one leg only; the intent is over when nothing of it is outstanding.
  const Quantity working = outstanding(state);
  TALLY_ASSERT(back.unfilled == Quantity{} || sign(back.unfilled) == sign(working));
  TALLY_ASSERT(abs(back.unfilled) <= abs(working));
  TALLY_ASSERT(back.unfilled != Quantity{} || working == Quantity{});
  if (back.unfilled != Quantity{}) out(IntentReleased{back.intent, state.product, back.unfilled, returned.rule, returned.reason});
  if (back.unfilled == working) after_intent(state, moment, out);
}

void Subscription::decide(const State& state, const DriftResolved&, const Moment& moment, Out<Events>& out) {
  keep_flat(state, moment, out);
}

void Subscription::decide(const State& state, const DeadlineReached& deadline, const Moment& moment, Out<Events>& out) {
  if (deadline.name != flat_retry_name(state)) return;  // another intent came since
  if (works(state) || !held_flat(state) || state.position == Quantity{}) return;
  close_position(state, IntentReason::forced_flat, moment, out);
}

}  // namespace tally
