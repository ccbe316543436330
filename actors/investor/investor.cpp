#include "actors/investor/investor.hpp"

#include <algorithm>

#include "actors/investor/plan.hpp"

namespace tally {
namespace {

using State = Investor::State;
using Content = Investor::Content;
using Outlet = Out<Investor::Events>;

struct Denial {
  const char* rule = nullptr;
  const char* reason = "";
  explicit operator bool() const { return rule != nullptr; }
};

void deny(const IdempotencyKey& key, Denial denial, Outlet& out) { out(CommandDenied{key, RuleId(denial.rule), denial.reason}); }

// Whether the key was answered before: a retry changes nothing, other content under the same key is denied.
bool repeats(const State& state, const IdempotencyKey& key, const Content& content, Outlet& out) {
  const Content* said = state.answered.find({{}, key});
  if (!said) return false;
  if (*said != content) deny(key, {"KEY_REUSED", "this key already came with another command"}, out);
  return true;
}

bool is_whole(Money amount, Money unit) { return unit > Money{} && whole_units(amount, unit).residual == Money{}; }

Denial judge_amount(Money amount, Money unit) {
  if (amount <= Money{}) return {"AMOUNT_NOT_POSITIVE", "the amount must be above zero"};
  if (!is_whole(amount, unit))
    return {"AMOUNT_NOT_WHOLE_UNITS", "the amount is not a whole number of the currency's minimum units"};
  return {};
}

Denial judge_terms(const SubscriptionTerms& terms) {
  const auto refuse = [](const char* reason) { return Denial{"TERMS_OUT_OF_RANGE", reason}; };
  if (terms.risk_fraction <= Ratio{} || terms.risk_fraction > Ratio::whole(1))
    return refuse("risk_fraction is above 0 and at most 1");
  if (terms.leverage_max <= Ratio{}) return refuse("leverage_max is above 0");
  if (terms.loss_max && *terms.loss_max <= Money{}) return refuse("loss_max is above 0");
  if (terms.notional_max && *terms.notional_max <= Money{}) return refuse("notional_max is above 0");
  return {};
}

// Cash that a withdrawal collects is not allotted away meanwhile.
Denial judge_allotment(const State& state, Money amount) {
  if (amount > Money{} && state.withdrawal) return {"WITHDRAWAL_IN_PROGRESS", "a withdrawal is collecting the unallotted cash"};
  if (amount > state.unallotted) return {"INSUFFICIENT_CASH", "the unallotted cash is less than that"};
  return {};
}

Content content_of(const DepositFunds& ask) {
  Content content;
  content.what = Investor::Asked::deposit;
  content.amount = ask.amount;
  return content;
}

Content content_of(const WithdrawFunds& ask) {
  Content content;
  content.what = Investor::Asked::withdrawal;
  content.amount = ask.amount;
  content.immediate = ask.immediate;
  return content;
}

Content content_of(const AddSubscription& ask) {
  return {Investor::Asked::subscription, ask.subscription, ask.source, ask.product, ask.capital, false, ask.terms};
}

Content content_of(const ChangeSubscription& ask) {
  return {Investor::Asked::terms, ask.subscription, {}, {}, {}, false, ask.terms};
}

Content content_of(const AllotCapital& ask) {
  return {Investor::Asked::allotment, ask.subscription, {}, {}, ask.amount, false, {}};
}

// The whole units that leave the buffer, share by share in order of name.
BufferAdjusted from_buffer(const State& state, const IdempotencyKey& key, const Moment& moment, Money amount) {
  BufferAdjusted adjusted{key, InvestorId(moment.self), {}};
  for (const auto& [subscription, holding] : state.holdings) {
    const Money part = std::min(holding.buffer, amount);
    if (part == Money{}) continue;
    adjusted.shares.push_back({subscription, -part});
    amount -= part;
  }
  return adjusted;
}

// `paid` is at most what is withdrawable.
void pay(const State& state, const IdempotencyKey& key, Money asked, Money paid, bool immediate, const Moment& moment,
         Outlet& out) {
  const InvestorId self(moment.self);
  if (paid > state.unallotted) out(from_buffer(state, key, moment, paid - state.unallotted));
  if (paid > Money{}) out(InvestorLedgerUpdated{key, self, {}, LedgerReason::withdrawal, -paid, moment.now});
  out(WithdrawalSettled{key, self, asked, paid, immediate, moment.now});
}

}  // namespace

void Investor::decide(const State& state, const DepositFunds& ask, const Moment& moment, Out<Events>& out) {
  if (repeats(state, ask.key, content_of(ask), out)) return;
  if (const Denial denial = judge_amount(ask.amount, ask.minimum_unit)) return deny(ask.key, denial, out);

  out(InvestorLedgerUpdated{ask.key, ask.investor, {}, LedgerReason::deposit, ask.amount, moment.now});
}

void Investor::decide(const State& state, const WithdrawFunds& ask, const Moment& moment, Out<Events>& out) {
  if (repeats(state, ask.key, content_of(ask), out)) return;
  if (const Denial denial = judge_amount(ask.amount, ask.minimum_unit)) return deny(ask.key, denial, out);
  if (state.withdrawal) return deny(ask.key, {"WITHDRAWAL_IN_PROGRESS", "another withdrawal is under way"}, out);
  const Money payable = withdrawable(state, ask.minimum_unit);
  if (ask.amount <= payable) return pay(state, ask.key, ask.amount, ask.amount, ask.immediate, moment, out);
  if (!ask.immediate)
    return deny(ask.key, {"INSUFFICIENT_CASH", "less than that can be withdrawn without reducing positions"}, out);
  std::vector<WithdrawalRow> rows = plan_withdrawal(state, ask.amount - payable, ask.minimum_unit);
  if (rows.empty() && payable == Money{}) return deny(ask.key, {"INSUFFICIENT_CASH", "nothing is left to withdraw"}, out);
  if (rows.empty()) return pay(state, ask.key, ask.amount, payable, true, moment, out);

  out(WithdrawalRequested{ask.key, ask.investor, ask.amount, std::move(rows), ask.minimum_unit, moment.now});
}

void Investor::decide(const State& state, const AddSubscription& ask, const Moment& moment, Out<Events>& out) {
  if (repeats(state, ask.key, content_of(ask), out)) return;
  if (ask.subscription.empty() || ask.source.empty() || ask.product.empty())
    return deny(ask.key, {"NAME_MISSING", "a subscription names itself, its signal source and its product"}, out);
  if (state.holdings.contains(ask.subscription))
    return deny(ask.key, {"SUBSCRIPTION_EXISTS", "there is a subscription of this name"}, out);
  if (const Denial denial = judge_terms(ask.terms)) return deny(ask.key, denial, out);
  if (ask.capital != Money{})
    if (const Denial denial = judge_amount(ask.capital, ask.minimum_unit)) return deny(ask.key, denial, out);
  if (const Denial denial = judge_allotment(state, ask.capital)) return deny(ask.key, denial, out);

  out(SubscriptionUpdated{ask.key, ask.subscription, 1, ask.investor, ask.source, ask.product, ask.terms, moment.now});
  if (ask.capital > Money{}) out(CapitalAllotted{ask.key, ask.investor, ask.subscription, ask.capital, moment.now});
}

void Investor::decide(const State& state, const ChangeSubscription& ask, const Moment& moment, Out<Events>& out) {
  if (repeats(state, ask.key, content_of(ask), out)) return;
  const auto holding = state.holdings.find(ask.subscription);
  if (holding == state.holdings.end())
    return deny(ask.key, {"UNKNOWN_SUBSCRIPTION", "this investor has no subscription of this name"}, out);
  if (const Denial denial = judge_terms(ask.terms)) return deny(ask.key, denial, out);

  const Holding& held = holding->second;
  out(SubscriptionUpdated{ask.key, ask.subscription, held.version + 1, ask.investor, held.source, held.product, ask.terms,
                          moment.now});
}

void Investor::decide(const State& state, const AllotCapital& ask, const Moment& moment, Out<Events>& out) {
  if (repeats(state, ask.key, content_of(ask), out)) return;
  if (!state.holdings.contains(ask.subscription))
    return deny(ask.key, {"UNKNOWN_SUBSCRIPTION", "this investor has no subscription of this name"}, out);
  if (const Denial denial = judge_amount(ask.amount, ask.minimum_unit)) return deny(ask.key, denial, out);
  if (const Denial denial = judge_allotment(state, ask.amount)) return deny(ask.key, denial, out);

  out(CapitalAllotted{ask.key, ask.investor, ask.subscription, ask.amount, moment.now});
}

void Investor::decide(const State& state, const CapitalReleased&, const Moment& moment, Out<Events>& out) {
  if (!state.withdrawal || !state.withdrawal->awaited.empty()) return;
  const Withdrawal& due = *state.withdrawal;
  pay(state, due.key, due.asked, std::min(due.asked, withdrawable(state, due.minimum_unit)), true, moment, out);
}

Money withdrawable(const Investor::State& state, Money minimum_unit) {
  return state.unallotted + whole_units(state.buffer, minimum_unit).whole;
}

Money virtual_capital(const Investor::State& state) {
  Money sum = state.unallotted + state.buffer;
  for (const auto& [subscription, holding] : state.holdings) {
    const auto mark = state.marks.find(holding.product);
    sum += equity(holding.stake, mark == state.marks.end() ? Price{} : mark->second);
  }
  return sum;
}

}  // namespace tally
