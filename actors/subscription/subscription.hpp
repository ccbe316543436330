// One investor's subscription to one source of signals on one product: owns its allotted cash and its position, says
// what it wants to trade, and holds itself flat when told to.
//
// Laws
//   ownership    cash and position change only by capital events, fills, crosses and an operator's assignment of drift
//   one wish     at most one intent works at a time. A signal that wants something else meanwhile asks for it back, waits, and
//                is acted on when the intent is over; of several the latest counts
//   no resizing  a signal in the direction held does nothing; the stop ratio an opening was sized with stays until flat
//   forced flat  direction 0 is always a success; it closes at once, closes late fills too, and holds until the next
//                opening signal. It is never limited, denied or given up: where the market refuses, it tries again
//   no rounding  virtual capital is exact; sizing rounds down to lots, releases to whole minimum units, nothing else does
//
//              opening signal                    fills, returns                   direction 0
//     flat ----------------------> working ----------------------> held ----------------------> working
//       ^                            |  all returned                 | opposite: one intent closes   |
//       '----------------------------'                               | and opens                     | closed
//       ^                                                            v                               v
//       '--------------------------------------------------------- working                      held flat
#pragma once

#include "actors/answered.hpp"
#include "actors/entity.hpp"
#include "actors/lots/lots.hpp"

namespace tally {

struct Subscription {
  static constexpr EntityKind kind = EntityKind::subscription;
  static constexpr int reducer_version = 1;
  // Decided: SubscriptionUpdated, CapitalAllotted, SignalReceived, RiskRejected, IntentsReturned, ReleaseCapital,
  // WithdrawalRequested, DriftResolved, DeadlineReached. Only folded: BufferAdjusted, FillSplit, InternalNettingSettled.
  using Inputs = inputs<SubscriptionUpdated, CapitalAllotted, BufferAdjusted, SignalReceived, FillSplit, InternalNettingSettled,
                        RiskRejected, IntentsReturned, ReleaseCapital, WithdrawalRequested, DriftResolved, DeadlineReached>;
  using Events = events<IntentCreated, IntentReleased, IntentCancelRequested, SignalForcedFlatHandled, CapitalReleased,
                        CommandDenied, AlertTriggered, DeadlineSet>;

  static constexpr std::uint32_t withdrawal_rounds_max = 3;  // the last one closes the whole position
  static constexpr std::int64_t flat_retry_min_ns = ns_per_s;
  static constexpr std::int64_t flat_retry_max_ns = 64 * ns_per_s;

  // The latest signal.
  struct Heard {
    IdempotencyKey key;
    Direction direction;
    std::optional<Ratio> stop_loss_ratio;
    Price price;             // the mark it came with; zero where none was known
    std::string price_source;
    Time price_at;
  };

  // The latest intent. It works while close + open is not filled + released.
  struct Intent {
    std::uint64_t number = 0;
    IntentReason reason = IntentReason::signal;
    Quantity close;
    Quantity open;
    Quantity filled;
    Quantity released;
    std::optional<Ratio> stop_loss_ratio;  // of what it opens
    bool cancelling = false;
    bool newer_signal = false;             // one came while it worked
  };

  // What the investor's withdrawal wants from here.
  struct Withdrawal {
    IdempotencyKey key;
    Money asked;
    Money released;
    Money minimum_unit;
    std::uint32_t rounds = 0;              // reductions begun
  };

  struct State {
    InvestorId investor;                   // empty: not added yet
    SignalSourceId source;
    ProductId product;
    SubscriptionTerms terms;
    std::uint64_t version = 0;

    Money cash;                            // allotted, spent and received; may be negative while leveraged
    Money buffer;                          // its stated share of the investor's buffer
    Quantity position;                     // signed; the sum of its lots
    Lots lots;
    Money realized;                        // before fees
    Money fees;                            // > 0 is a cost
    std::optional<Ratio> stop_loss_ratio;  // frozen while the position is open
    bool stop_alerted = false;

    Price price;                           // last one seen: a mark, or the price of a fill
    std::string price_source;
    Time price_at;
    Quantity lot;
    std::int64_t multiplier = 1;

    std::optional<Heard> heard;
    std::optional<Intent> intent;
    std::uint64_t intents = 0;             // created so far
    std::uint32_t flat_retries = 0;        // of the present flat, since something was last filled
    std::optional<Withdrawal> withdrawal;
    Answered<Money, 1'024> answered;       // ReleaseCapital, by key: its amount
  };

  static void decide(const State&, const SubscriptionUpdated&, const Moment&, Out<Events>&);
  static void decide(const State&, const CapitalAllotted&, const Moment&, Out<Events>&);
  static void decide(const State&, const SignalReceived&, const Moment&, Out<Events>&);
  static void decide(const State&, const RiskRejected&, Row, const Moment&, Out<Events>&);
  static void decide(const State&, const IntentsReturned&, Row, const Moment&, Out<Events>&);
  static void decide(const State&, const ReleaseCapital&, const Moment&, Out<Events>&);
  static void decide(const State&, const WithdrawalRequested&, Row, const Moment&, Out<Events>&);
  static void decide(const State&, const DriftResolved&, const Moment&, Out<Events>&);
  static void decide(const State&, const DeadlineReached&, const Moment&, Out<Events>&);

  static void evolve(State&, const SubscriptionUpdated&);
  static void evolve(State&, const CapitalAllotted&);
  static void evolve(State&, const BufferAdjusted&, Row);
  static void evolve(State&, const SignalReceived&);
  static void evolve(State&, const FillSplit&, Row);
  static void evolve(State&, const InternalNettingSettled&, Row);
  static void evolve(State&, const WithdrawalRequested&, Row);
  static void evolve(State&, const DriftResolved&);

  static void evolve(State&, const IntentCreated&);
  static void evolve(State&, const IntentReleased&);
  static void evolve(State&, const IntentCancelRequested&);
  static void evolve(State&, const SignalForcedFlatHandled&) {}
  static void evolve(State&, const CapitalReleased&);
  static void evolve(State&, const CommandDenied&) {}
  static void evolve(State&, const AlertTriggered&);
  static void evolve(State&, const DeadlineSet&);
};
BOOST_DESCRIBE_STRUCT(Subscription::Heard, (), (key, direction, stop_loss_ratio, price, price_source, price_at))
BOOST_DESCRIBE_STRUCT(Subscription::Intent, (),
                      (number, reason, close, open, filled, released, stop_loss_ratio, cancelling, newer_signal))
BOOST_DESCRIBE_STRUCT(Subscription::Withdrawal, (), (key, asked, released, minimum_unit, rounds))
BOOST_DESCRIBE_STRUCT(Subscription::State, (),
                      (investor, source, product, terms, version, cash, buffer, position, lots, realized, fees, stop_loss_ratio,
                       stop_alerted, price, price_source, price_at, lot, multiplier, heard, intent, intents, flat_retries,
                       withdrawal, answered))

// Allotted cash, marked position and its share of the buffer, exact. Asking changes nothing.
Money virtual_capital(const Subscription::State& state, Price mark);

// What of its cash ReleaseCapital could have now, at the last price seen. What works counts as held already.
Money free_cash(const Subscription::State& state);

// What its intent has neither traded nor given back; zero where nothing works.
Quantity outstanding(const Subscription::State& state);

// Told to be flat by the latest signal it heard.
bool held_flat(const Subscription::State& state);

}  // namespace tally
