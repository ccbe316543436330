// Who hears what: every way in which one entity influences another, on one page. Nothing else connects them.
//
// folds: the entity only records it. decides: it records it, then decides. Kinds stand in the order in which their
// outputs are sequenced.
#pragma once

#include "actors/broker_session/broker_session.hpp"
#include "actors/host/shard/route.hpp"
#include "actors/investor/investor.hpp"
#include "actors/netting_book/netting_book.hpp"
#include "actors/programs.hpp"
#include "actors/reconciliation/reconciliation.hpp"
#include "actors/risk_authority/risk_authority.hpp"
#include "actors/signal/signal.hpp"
#include "actors/simulated_exchange/simulated_exchange.hpp"
#include "actors/subscription/subscription.hpp"

namespace tally::keys {

// There is one of it in the shard, named like the shard.
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

// One trading account: everything of it is one shard.
using AccountTopology = Topology<
    entity_list<Signal, Investor, Subscription, NettingBook, RiskAuthority, BrokerSession, Reconciliation>,
    route_list<
        // configuration
        folds<AccountConfigured, BrokerSession, keys::of_account>,
        decides<AccountConfigured, Reconciliation, keys::of_account>,
        folds<ProductDefined, Signal, keys::of_product>,
        folds<ProductDefined, NettingBook, keys::of_product>,
        folds<ProductDefined, RiskAuthority, keys::of_account>,
        folds<ProductDefined, Reconciliation, keys::of_account>,
        // prices
        folds<MarkCaptured, Signal, keys::of_product>,
        folds<MarkCaptured, NettingBook, keys::of_product>,
        decides<MarkCaptured, RiskAuthority, keys::of_account>,
        folds<MarkCaptured, Investor, keys::to_who_asked>,
        folds<MidPriceCaptured, NettingBook, keys::of_product>,
        // investors and their subscriptions
        decides<DepositFunds, Investor, keys::of_investor>,
        decides<WithdrawFunds, Investor, keys::of_investor>,
        decides<AddSubscription, Investor, keys::of_investor>,
        decides<ChangeSubscription, Investor, keys::of_investor>,
        decides<AllotCapital, Investor, keys::of_investor>,
        decides<ReleaseCapital, Subscription, keys::of_subscription>,
        decides<CapitalReleased, Investor, keys::of_investor>,
        folds<SubscriptionUpdated, Signal, keys::of_product>,
        decides<SubscriptionUpdated, Subscription, keys::of_subscription>,
        folds<SubscriptionUpdated, Reconciliation, keys::of_account>,
        decides<CapitalAllotted, Subscription, keys::of_subscription>,
        folds<BufferAdjusted, Subscription, keys::shares_to_subscriptions>,
        decides<WithdrawalRequested, Subscription, keys::rows_to_asked>,
        folds<InvestorLedgerUpdated, RiskAuthority, keys::of_account>,
        // signals and intents
        decides<SendSignal, Signal, keys::of_product>,
        decides<SignalReceived, Subscription, keys::to_subscribers>,
        folds<IntentCreated, NettingBook, keys::of_product>,
        decides<IntentCancelRequested, NettingBook, keys::of_product>,
        decides<IntentsReturned, Subscription, keys::rows_to_subscriptions>,
        folds<IntentsReturned, RiskAuthority, keys::of_account>,
        // risk
        decides<ChangeLimits, RiskAuthority, keys::of_account>,
        decides<HaltTrading, RiskAuthority, keys::of_account>,
        decides<RequestRearm, RiskAuthority, keys::of_account>,
        decides<ConfirmRearm, RiskAuthority, keys::of_account>,
        decides<NettingBatchFormed, RiskAuthority, keys::of_account>,
        decides<RiskApproved, NettingBook, keys::of_batch>,
        folds<RiskApproved, BrokerSession, keys::of_account>,
        folds<RiskRejected, NettingBook, keys::of_batch>,
        decides<RiskRejected, Subscription, keys::to_rejected>,
        // orders
        decides<NetOrderRequested, BrokerSession, keys::of_account>,
        decides<CancelRequested, BrokerSession, keys::of_account>,
        decides<OrderSendReported, BrokerSession, keys::of_account>,
        decides<ExecutionReported, BrokerSession, keys::of_account>,
        folds<OrderCommanded, RiskAuthority, keys::of_account>,
        decides<OrderCommanded, Reconciliation, keys::of_account>,
        decides<OrderInDoubt, Reconciliation, keys::of_account>,
        folds<OrderAccepted, Reconciliation, keys::of_account>,
        folds<OrderCancelCommanded, Reconciliation, keys::of_account>,
        folds<OrderCancelRejected, Reconciliation, keys::of_account>,
        decides<OrderFilled, NettingBook, keys::of_batch>,
        folds<OrderFilled, RiskAuthority, keys::of_account>,
        decides<OrderFilled, Reconciliation, keys::of_account>,
        decides<OrderRejected, NettingBook, keys::of_batch>,
        decides<OrderRejected, RiskAuthority, keys::of_account>,
        decides<OrderRejected, Reconciliation, keys::of_account>,
        decides<OrderCanceled, NettingBook, keys::of_batch>,
        folds<OrderCanceled, RiskAuthority, keys::of_account>,
        decides<OrderCanceled, Reconciliation, keys::of_account>,
        // ledger facts, by row
        folds<FillSplit, Subscription, keys::rows_to_subscriptions>,
        folds<FillSplit, Investor, keys::rows_to_investors>,
        folds<FillSplit, RiskAuthority, keys::of_account>,
        folds<InternalNettingSettled, Subscription, keys::rows_to_subscriptions>,
        folds<InternalNettingSettled, Investor, keys::rows_to_investors>,
        folds<InternalNettingSettled, RiskAuthority, keys::of_account>,
        // the venue's own records
        decides<RequestReconciliation, Reconciliation, keys::of_account>,
        folds<VenueStateRequested, BrokerSession, keys::of_account>,
        decides<VenueStateReported, BrokerSession, keys::of_account>,
        decides<VenueStateFolded, Reconciliation, keys::of_account>,
        decides<ResolveDrift, Reconciliation, keys::of_account>,
        decides<DriftResolved, Subscription, keys::to_assigned>,
        folds<DriftResolved, NettingBook, keys::of_product>,
        folds<DriftResolved, RiskAuthority, keys::of_account>,
        folds<ReconciliationCompleted, RiskAuthority, keys::of_account>,
        // starts and deadlines
        decides<ShardStarted, BrokerSession, keys::of_account>,
        folds<ShardStarted, RiskAuthority, keys::of_account>,
        decides<ShardStarted, Reconciliation, keys::of_account>,
        decides<EntityStopped, RiskAuthority, keys::of_account>,
        decides<InputQuarantined, RiskAuthority, keys::of_account>,
        decides<DeadlineReached, Subscription, keys::of_target<EntityKind::subscription>>,
        decides<DeadlineReached, NettingBook, keys::of_target<EntityKind::netting_book>>,
        decides<DeadlineReached, RiskAuthority, keys::of_target<EntityKind::risk_authority>>,
        decides<DeadlineReached, Reconciliation, keys::of_target<EntityKind::reconciliation>>>>;

// A simulated venue is a shard of its own. Its inputs are the accounts' committed effects; what it reports leaves by its
// effect gate.
using VenueTopology =
    Topology<entity_list<SimulatedExchange>,
             route_list<folds<VenueConfigured, SimulatedExchange, keys::of_account>,
                        folds<ProductDefined, SimulatedExchange, keys::of_account>,
                        decides<BarObserved, SimulatedExchange, keys::of_account>,
                        decides<OrderCommanded, SimulatedExchange, keys::of_account>,
                        decides<OrderCancelCommanded, SimulatedExchange, keys::of_account>,
                        decides<VenueStateRequested, SimulatedExchange, keys::of_account>>>;

}  // namespace tally
