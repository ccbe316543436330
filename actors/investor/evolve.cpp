// How an investor records what happened. Nothing here judges.
#include "actors/investor/investor.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

using State = Investor::State;

Investor::Holding& holding_of(State& state, SubscriptionId subscription) {
  const auto it = state.holdings.find(subscription);
  TALLY_ASSERT(it != state.holdings.end());
  return it->second;
}

void remember(State& state, const IdempotencyKey& key, Time at, Investor::Content content) {
  state.answered.remember({{}, key}, at, std::move(content));
}

void settle(State& state, const SplitRow& row, std::int64_t multiplier) {
  Investor::Holding& holding = holding_of(state, row.intent.subscription);
  TALLY_ASSERT(row.residual >= Money{});
  holding.buffer += row.residual;
  state.buffer += row.residual;
  holding.stake.cash += row.cash;
  holding.stake.position += row.quantity;
  holding.stake.multiplier = multiplier;
}

}  // namespace

void Investor::evolve(State& state, const MarkCaptured& mark) { state.marks[mark.product] = mark.price; }

void Investor::evolve(State& state, const FillSplit& split, Row row) {
  settle(state, split.rows.at(row.index), split.multiplier);
}

void Investor::evolve(State& state, const InternalNettingSettled& cross, Row row) {
  settle(state, cross.rows.at(row.index), cross.multiplier);
}

void Investor::evolve(State& state, const CapitalReleased& released) {
  Holding& holding = holding_of(state, released.subscription);
  holding.allotted -= released.amount;
  holding.stake.cash -= released.amount;
  state.unallotted += released.amount;
  if (state.withdrawal && state.withdrawal->key == released.key && released.last)
    state.withdrawal->awaited.erase(released.subscription);
}

void Investor::evolve(State& state, const InvestorLedgerUpdated& updated) {
  state.unallotted += updated.amount;
  TALLY_ASSERT(state.unallotted >= Money{});
  if (updated.reason != LedgerReason::deposit) return;
  Content content;
  content.what = Asked::deposit;
  content.amount = updated.amount;
  remember(state, updated.key, updated.at, content);
}

void Investor::evolve(State& state, const SubscriptionUpdated& updated) {
  Holding& holding = state.holdings[updated.subscription];
  holding.source = updated.source;
  holding.product = updated.product;
  holding.terms = updated.terms;
  holding.version = updated.version;
  // As it was asked: a change names neither source nor product; an addition's capital follows with CapitalAllotted.
  if (updated.version == 1)
    remember(state, updated.key, updated.at,
             {Asked::subscription, updated.subscription, updated.source, updated.product, {}, false, updated.terms});
  else
    remember(state, updated.key, updated.at, {Asked::terms, updated.subscription, {}, {}, {}, false, updated.terms});
}

void Investor::evolve(State& state, const CapitalAllotted& allotted) {
  Holding& holding = holding_of(state, allotted.subscription);
  holding.allotted += allotted.amount;
  holding.stake.cash += allotted.amount;
  state.unallotted -= allotted.amount;
  TALLY_ASSERT(state.unallotted >= Money{});
  if (Content* addition = state.answered.find({{}, allotted.key})) addition->amount = allotted.amount;
  else remember(state, allotted.key, allotted.at, {Asked::allotment, allotted.subscription, {}, {}, allotted.amount, false, {}});
}

void Investor::evolve(State& state, const WithdrawalRequested& requested) {
  Withdrawal withdrawal{requested.key, requested.amount, requested.minimum_unit, {}};
  for (const WithdrawalRow& row : requested.rows) withdrawal.awaited.insert(row.subscription);
  state.withdrawal = std::move(withdrawal);
  remember(state, requested.key, requested.at, {Asked::withdrawal, {}, {}, {}, requested.amount, true, {}});
}

void Investor::evolve(State& state, const WithdrawalSettled& settled) {
  state.withdrawal.reset();
  remember(state, settled.key, settled.at, {Asked::withdrawal, {}, {}, {}, settled.asked, settled.immediate, {}});
}

// What leaves the buffer is cash in hand until it is paid.
void Investor::evolve(State& state, const BufferAdjusted& adjusted) {
  for (const BufferShare& share : adjusted.shares) {
    Holding& holding = holding_of(state, share.subscription);
    holding.buffer += share.amount;
    state.buffer += share.amount;
    state.unallotted -= share.amount;
    TALLY_ASSERT(holding.buffer >= Money{});
  }
  TALLY_ASSERT(state.buffer >= Money{});
}

}  // namespace tally
