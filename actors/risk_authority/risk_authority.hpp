// Decides whether a batch of intents may trade: the one gate of an account, before any order exists.
//
// Laws
//  - What only closes passes: no limit, missing limit, halt or disarm denies it.
//  - A limit that is not set denies every opening.
//  - An approval reserves what it allows at once, so batches judged before any fill arrives cannot together pass a
//    limit. Sum of reservations = sum of the leaves of approved orders that are not done. A reservation's time to live
//    ends it only while no order was commanded.
//  - A halt stops openings only, outlives restarts, and ends by two commands: RequestRearm answers with a number,
//    ConfirmRearm repeats it. One operator may do both; they are two commands, so never one entry. A halt in between
//    voids the request, and while a loss is beyond its limit the confirmation is denied.
//  - Losses are watched with every mark: a breach alerts and halts at once, whether or not anyone wants to open.
//  - An input set aside unread halts, too: what some entity knows of the account is then in doubt.
#pragma once

#include "actors/entity.hpp"
#include "actors/risk_authority/state.hpp"

namespace tally {

struct RiskAuthority {
  static constexpr EntityKind kind = EntityKind::risk_authority;
  static constexpr int reducer_version = 1;

  using Inputs = inputs<ProductDefined, MarkCaptured, ChangeLimits, HaltTrading, RequestRearm, ConfirmRearm, NettingBatchFormed,
                        FillSplit, InternalNettingSettled, InvestorLedgerUpdated, OrderCommanded, OrderFilled, OrderRejected,
                        OrderCanceled, IntentsReturned, DriftResolved, ShardStarted, ReconciliationCompleted, EntityStopped,
                        InputQuarantined, DeadlineReached>;
  using Events = events<RiskApproved, RiskRejected, ReservationReleased, LimitsChanged, TradingHalted, RearmRequested,
                        TradingRearmed, AlertTriggered, CommandDenied, DeadlineSet>;
  using State = RiskState;

  static void decide(const State&, const NettingBatchFormed&, const Moment&, Out<Events>&);
  static void decide(const State&, const MarkCaptured&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderRejected&, const Moment&, Out<Events>&);
  static void decide(const State&, const EntityStopped&, const Moment&, Out<Events>&);
  static void decide(const State&, const InputQuarantined&, const Moment&, Out<Events>&);
  static void decide(const State&, const DeadlineReached&, const Moment&, Out<Events>&);
  static void decide(const State&, const ChangeLimits&, const Moment&, Out<Events>&);
  static void decide(const State&, const HaltTrading&, const Moment&, Out<Events>&);
  static void decide(const State&, const RequestRearm&, const Moment&, Out<Events>&);
  static void decide(const State&, const ConfirmRearm&, const Moment&, Out<Events>&);

  // Inputs. Positions, cash and reservations follow the venue's fills; per-source positions follow the split.
  static void evolve(State&, const ProductDefined&);
  static void evolve(State&, const MarkCaptured&);
  static void evolve(State&, const NettingBatchFormed&);
  static void evolve(State&, const FillSplit&);
  static void evolve(State&, const InternalNettingSettled&);
  static void evolve(State&, const InvestorLedgerUpdated&);
  static void evolve(State&, const OrderCommanded&);
  static void evolve(State&, const OrderFilled&);
  static void evolve(State&, const OrderRejected&);
  static void evolve(State&, const OrderCanceled&);
  static void evolve(State&, const IntentsReturned&);
  static void evolve(State&, const DriftResolved&);
  static void evolve(State&, const ShardStarted&);
  static void evolve(State&, const ReconciliationCompleted&);
  static void evolve(State&, const DeadlineReached&);

  // Its own events.
  static void evolve(State&, const RiskApproved&);
  static void evolve(State&, const RiskRejected&);
  static void evolve(State&, const ReservationReleased&);
  static void evolve(State&, const LimitsChanged&);
  static void evolve(State&, const TradingHalted&);
  static void evolve(State&, const RearmRequested&);
  static void evolve(State&, const TradingRearmed&);
  static void evolve(State&, const AlertTriggered&);
  static void evolve(State&, const CommandDenied&);
  static void evolve(State&, const DeadlineSet&);
};

}  // namespace tally
