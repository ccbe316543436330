// The closed list of everything that can stand in a journal, as one variant.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "messages/instruments.hpp"
#include "messages/supervision.hpp"
#include "messages/venue.hpp"

namespace tally {

// A type or version that this build does not know: kept byte for byte, never lost, never fatal.
struct Opaque {
  std::uint16_t number = 0;
  std::uint16_t version = 0;
  std::vector<std::byte> bytes;
};

// Order of the alternatives is free; About::number is what is stored.
using Message = std::variant<
    Opaque,
    // market and configuration
    MarkCaptured, MidPriceCaptured, BarObserved, AccountConfigured, ProductDefined, VenueConfigured, CommandDenied,
    AlertTriggered,
    // signals and intents
    SendSignal, SignalReceived, SignalForcedFlatHandled, IntentCreated, IntentReleased, IntentCancelRequested,
    // strategies
    StrategyVersionAdopted, StrategySwitched, StrategyIntent,
    // ledger
    DepositFunds, WithdrawFunds, AddSubscription, ChangeSubscription, AllotCapital, ReleaseCapital, SubscriptionUpdated,
    InvestorLedgerUpdated, PositionUpdated, BufferAdjusted, CapitalAllotted, CapitalReleased, WithdrawalRequested, WithdrawalSettled,
    // netting
    NettingBatchFormed, InternalNettingSettled, FillSplit, IntentsReturned,
    // risk
    ChangeLimits, HaltTrading, RequestRearm, ConfirmRearm, RiskApproved, RiskRejected, ReservationReleased, LimitsChanged,
    TradingHalted, RearmRequested, TradingRearmed,
    // orders and reconciliation
    NetOrderRequested, OrderCommanded, CancelRequested, OrderCancelCommanded, OrderSendReported, ExecutionReported, OrderSubmitted,
    OrderAccepted, OrderRejected, OrderFilled, OrderCanceled, OrderCancelRejected, OrderInDoubt, ReportMismatched,
    RequestReconciliation, VenueStateRequested, VenueStateReported, VenueStateFolded, DriftDetected, ResolveDrift, DriftResolved,
    ReconciliationCompleted,
    // market data and instruments
    TradeTick, QuoteTick, DepthUpdate, DepthSnapshot, MarketBar, OptionTick, OptionChainSnapshot, FeedReported, InstrumentResolved,
    InstrumentRejected,
    // time and supervision
    DeadlineSet, DeadlineReached, ShardStarted, EntityRestarted, EntityStopped, EntityResumed, InputQuarantined>;

}  // namespace tally
