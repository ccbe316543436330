// Who hears what: every way in which one entity influences another, on one page. Nothing else connects them.
//
// folds: the entity only records it. decides: it records it, then decides. Kinds stand in the order in which their
// outputs are sequenced.
#pragma once

#include "actors/broker_session/broker_session.hpp"
#include "actors/host/shard/route.hpp"
#include "actors/investor/investor.hpp"
#include "actors/netting_book/netting_book.hpp"
#include "actors/reconciliation/reconciliation.hpp"
#include "actors/risk_authority/risk_authority.hpp"
#include "actors/signal/signal.hpp"
#include "actors/simulated_exchange/simulated_exchange.hpp"
#include "actors/subscription/subscription.hpp"

namespace tally::keys {

template <class E>
void of_account(const E&, Keys& out) {
  out(out.shard());
}
template <class E>
void of_product(const E& event, Keys& out) {
  out(event.product);
}
template <class E>
void of_investor(const E& event, Keys& out) {
  out(event.investor);
}
template <class E>
void of_subscription(const E& event, Keys& out) {
  out(event.subscription);
}
template <class E>
void of_batch(const E& event, Keys& out) {
  out(event.batch.product);
}
template <class E>
void of_intents_subscription(const E& event, Keys& out) {
  out(event.intent.subscription);
}
template <EntityKind Kind, class E>
void of_target(const E& event, Keys& out) {
  if (event.target.kind == Kind) out(event.target.key);
}
// The books of an account are made by its products; an account's own settings reach each entity that asked by name.
template <class E>
void rows_to_subscriptions(const E& event, Keys& out) {
  for (std::uint32_t i = 0; i < event.rows.size(); ++i) out(event.rows[i].intent.subscription, i);
}
template <class E>
void rows_to_investors(const E& event, Keys& out) {
  for (std::uint32_t i = 0; i < event.rows.size(); ++i) out(event.rows[i].investor, i);
}
inline void to_subscribers(const SignalReceived& signal, Keys& out) {
  for (std::uint32_t i = 0; i < signal.subscriptions.size(); ++i) out(signal.subscriptions[i], i);
}
inline void to_rejected(const RiskRejected& rejected, Keys& out) {
  for (std::uint32_t i = 0; i < rejected.intents.size(); ++i) out(rejected.intents[i].subscription, i);
}
inline void rows_to_asked(const WithdrawalRequested& request, Keys& out) {
  for (std::uint32_t i = 0; i < request.rows.size(); ++i) out(request.rows[i].subscription, i);
}
inline void to_who_asked(const MarkCaptured& mark, Keys& out) {
  if (mark.asked_by) out(*mark.asked_by);
}
inline void shares_to_subscriptions(const BufferAdjusted& adjusted, Keys& out) {
  for (std::uint32_t i = 0; i < adjusted.shares.size(); ++i) out(adjusted.shares[i].subscription, i);
}
inline void to_assigned(const DriftResolved& drift, Keys& out) {
  if (drift.subscription) out(*drift.subscription);
}

}  // namespace tally::keys

namespace tally {
