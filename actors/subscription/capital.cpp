// What a subscription does about its capital: who may put it in, and what may leave.
#include <algorithm>

#include "actors/subscription/wishes.hpp"

namespace tally {
namespace wishes {
namespace {

Stake stake_of(const State& state) { return {state.cash, state.position, state.multiplier}; }

// The most it holds now or may hold once what works is filled.
Quantity exposure_of(const State& state) { return std::max(abs(state.position), abs(state.position + outstanding(state))); }

// Closing lots frees margin and, but for its cost, leaves equity alone; so `short_by` is freed by this many lots, and
// all of the position where the lots are not known.
Quantity reduction_for(const State& state, Money short_by) {
  const Quantity all = abs(state.position);
  if (state.lot == Quantity{} || state.withdrawal->rounds + 1 >= Subscription::withdrawal_rounds_max) return all;
  const Int128 lot_notional = abs(notional(state.price, state.lot, state.multiplier)).units();
  if (lot_notional == 0) return all;
  const Int128 needed = scaled(short_by, state.terms.leverage_max, Ratio::whole(1), Rounding::up).units();
  const Int128 lots = needed / lot_notional + (needed % lot_notional == 0 ? 0 : 1);
  if (lots >= all.units() / state.lot.units()) return all;
  return Quantity::from_units(static_cast<std::int64_t>(lots) * state.lot.units());
}

Money left_to_release(const State& state) { return state.withdrawal->asked - state.withdrawal->released; }

// What is free of what is left, in whole minimum units.
Money releasable(const State& state) {
  return std::min(left_to_release(state), whole_units(free_cash(state), state.withdrawal->minimum_unit).whole);
}

WithdrawalStep release(const State& state, Money amount, bool last, const Moment& moment, Outlet& out) {
  out(CapitalReleased{state.withdrawal->key, state.investor, SubscriptionId(moment.self), amount, last, moment.now});
  return {last, amount};
}

}  // namespace

WithdrawalStep finish_withdrawal(const State& state, const Moment& moment, Outlet& out) {
  return release(state, releasable(state), true, moment, out);
}

WithdrawalStep continue_withdrawal(const State& state, const Moment& moment, Outlet& out) {
  const Subscription::Withdrawal& ask = *state.withdrawal;
  const Money left = left_to_release(state);
  const Money free = releasable(state);
  if (free == left || state.position == Quantity{}) return finish_withdrawal(state, moment, out);
  if (ask.rounds >= Subscription::withdrawal_rounds_max) return finish_withdrawal(state, moment, out);
  if (equity(stake_of(state), state.price) <= Money{})
    return finish_withdrawal(state, moment, out);  // closing would free nothing

  const WithdrawalStep step = free > Money{} ? release(state, free, false, moment, out) : WithdrawalStep{};
  const Money required = margin(exposure_of(state), state.price, state.multiplier, state.terms.leverage_max);
  const Quantity reduction = reduction_for(state, left + required - equity(stake_of(state), state.price));
  IntentCreated intent = next_intent(state, moment, IntentReason::withdrawal, ask.key);
  intent.virtual_capital = intent.virtual_capital - step.released;
  intent.close = state.position > Quantity{} ? -reduction : reduction;
  intent.target = state.position + intent.close;
  out(std::move(intent));
  return step;
}

}  // namespace wishes

using namespace wishes;

Money virtual_capital(const Subscription::State& state, Price mark) { return equity(stake_of(state), mark) + state.buffer; }

Money free_cash(const Subscription::State& state) {
  return free_cash(stake_of(state), exposure_of(state), state.price, state.terms.leverage_max);
}

Quantity outstanding(const Subscription::State& state) {
  if (!state.intent) return {};
  const Subscription::Intent& intent = *state.intent;
  return intent.close + intent.open - intent.filled - intent.released;
}

bool held_flat(const Subscription::State& state) { return state.heard && state.heard->direction.value == 0; }

// An id belongs to the investor who added it first; another's subscription of that name never comes to be.
void Subscription::decide(const State& state, const SubscriptionUpdated& updated, const Moment&, Out<Events>& out) {
  if (updated.investor == state.investor) return;
  out(CommandDenied{updated.key, rules::subscription_taken, "a subscription of this name belongs to another investor"});
}

// What was allotted by mistake goes back whole.
void Subscription::decide(const State& state, const CapitalAllotted& allotted, const Moment& moment, Out<Events>& out) {
  if (allotted.investor == state.investor) return;
  out(CapitalReleased{allotted.key, allotted.investor, allotted.subscription, allotted.amount, true, moment.now});
}

void Subscription::decide(const State& state, const ReleaseCapital& ask, const Moment& moment, Out<Events>& out) {
  const auto deny = [&](RuleId rule, const char* reason) { out(CommandDenied{ask.key, rule, reason}); };
  const Money* answered = state.answered.find({{}, ask.key});
  if (state.investor.empty()) return deny(rules::unknown_subscription, "there is no subscription of this name");
  if (ask.investor != state.investor) return deny(rules::other_investor, "the subscription belongs to another investor");
  if (answered && *answered == ask.amount) return;  // a retry changes nothing
  if (answered) return deny(rules::key_reused, "this key already came with another amount");
  if (ask.amount <= Money{}) return deny(rules::amount_not_positive, "the amount must be above zero");
  if (ask.minimum_unit <= Money{} || whole_units(ask.amount, ask.minimum_unit).residual != Money{})
    return deny(rules::amount_not_whole_units, "the amount is not a whole number of the currency's minimum units");
  if (state.withdrawal) return deny(rules::withdrawal_in_progress, "a withdrawal is releasing this subscription's cash");
  if (ask.amount > free_cash(state)) return deny(rules::insufficient_free_cash, "the open position needs that cash");

  out(CapitalReleased{ask.key, ask.investor, ask.subscription, ask.amount, true, moment.now});
}

void Subscription::decide(const State& state, const WithdrawalRequested& request, Row, const Moment& moment, Out<Events>& out) {
  if (request.investor != state.investor) {
    out(CapitalReleased{request.key, request.investor, SubscriptionId(moment.self), {}, true, moment.now});
    return;
  }
  if (works(state)) return supersede_intent(state, moment, out);
  continue_withdrawal(state, moment, out);
}

}  // namespace tally
