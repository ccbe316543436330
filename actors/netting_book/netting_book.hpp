// Nets the intents on one product, has risk judge them together, crosses what offsets at one mid, asks for one net order,
// and divides every fill of it over the subscriptions.
//
// Laws
//   one at a time   one shared batch executes; what arrives meanwhile forms the next. A withdrawal's intent is a batch of
//                   its own, with its own numbers, beside the shared one: never netted, never crossed
//   risk first      nothing is crossed or ordered before RiskApproved of the whole batch
//   exact           the rows of every split add up to it, in lots, money, fee and residual (split.hpp, settlement.hpp)
//   one sequence    the crossed part and the fills of a batch are one sequence: after each, everybody on the heavier side
//                   is within one lot of their share, and nobody has less than before
//   nothing hangs   each part of an intent is traded, denied by risk, or given back by IntentsReturned, once; and every
//                   IntentCancelRequested is answered by an IntentsReturned, at once or when the order ends, unless
//                   risk denied the whole intent meanwhile. A fill that
//                   comes later still is divided, and returned to those who got of it as LATE_FILL with nothing unfilled:
//                   a subscription that is held flat must hear of it
//   closings run on a wish to cancel takes back what opens, never what closes: a flat is a fact, whatever signal follows. What
//                   risk is judging or has judged is executed as judged, then the rest of the order is cancelled
//   never meet      our own orders never stand against each other. Where the mid stays unusable until mid_wait_ms is over,
//                   what opens is given back and only what closes goes to market: the side that closes more as this batch's
//                   order (the sellers where both close the same), the other side waits and joins the next batch
//
// A mid is usable when its book was two-sided, it is greater than zero, and it is not older than mid_age_ms_max. While a
// batch waits for one, the book asks for a fresh capture by deadlines: at once, then every quarter of mid_wait_ms.
#pragma once

#include <deque>
#include <optional>

#include "actors/entity.hpp"
#include "actors/netting_book/batch.hpp"

namespace tally {

struct NettingBook {
  static constexpr EntityKind kind = EntityKind::netting_book;
  static constexpr int reducer_version = 2;
  // Only folded: ProductDefined, MarkCaptured, MidPriceCaptured, IntentCreated, RiskRejected, DriftResolved. A route may
  // call any of them deciding: conclude() looks at what they changed.
  using Inputs = inputs<ProductDefined, MarkCaptured, MidPriceCaptured, IntentCreated, IntentCancelRequested, DeadlineReached,
                        RiskApproved, RiskRejected, OrderFilled, OrderRejected, OrderCanceled, DriftResolved>;
  using Events = events<NettingBatchFormed, InternalNettingSettled, NetOrderRequested, CancelRequested, FillSplit,
                        IntentsReturned, DeadlineSet, AlertTriggered>;

  // Batches whose order was cancelled or has expired are kept for a fill that the venue reports late: the newest of each kind.
  static constexpr std::size_t ended_max = 16;

  struct Window {
    std::uint64_t number = 0;
    bool over = false;
  };

  // What there is of each kind of batch.
  struct Lane {
    std::vector<Member> waiting;   // intents that no batch has yet, in order of arrival
    std::uint64_t formed = 0;      // number of the last batch
    std::uint64_t returns = 0;     // number of the last IntentsReturned
  };

  struct State {
    Quantity lot;                  // zero: the product is not defined yet
    std::int64_t multiplier = 1;
    Money minimum_unit;
    std::int64_t netting_window_ms = 0;
    std::int64_t mid_wait_ms = 0;
    std::int64_t mid_age_ms_max = 0;
    Price mark;
    Time mark_at;
    std::optional<MidPriceCaptured> mid;

    Lane shared;
    Lane withdrawals;
    std::optional<Window> window;  // open while shared intents wait for their batch
    std::uint64_t windows = 0;
    std::vector<Batch> open;       // the shared one, if any, and withdrawals'
    std::deque<Batch> ended;       // oldest first
    Quantity position;             // of all subscriptions together
  };

  static void decide(const State&, const IntentCancelRequested&, const Moment&, Out<Events>&);
  static void decide(const State&, const RiskApproved&, const Moment&, Out<Events>&);
  static void decide(const State&, const DeadlineReached&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderFilled&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderRejected&, const Moment&, Out<Events>&);
  static void decide(const State&, const OrderCanceled&, const Moment&, Out<Events>&);
  static void conclude(const State&, const Moment&, Out<Events>&);

  static void evolve(State&, const ProductDefined&);
  static void evolve(State&, const MarkCaptured&);
  static void evolve(State&, const MidPriceCaptured&);
  static void evolve(State&, const IntentCreated&);
  static void evolve(State&, const IntentCancelRequested&);
  static void evolve(State&, const DeadlineReached&);
  static void evolve(State&, const RiskApproved&);
  static void evolve(State&, const RiskRejected&);
  static void evolve(State&, const DriftResolved&);

  static void evolve(State&, const NettingBatchFormed&);
  static void evolve(State&, const InternalNettingSettled&);
  static void evolve(State&, const NetOrderRequested&);
  static void evolve(State&, const CancelRequested&);
  static void evolve(State&, const FillSplit&);
  static void evolve(State&, const IntentsReturned&);
  static void evolve(State&, const DeadlineSet&);
  static void evolve(State&, const AlertTriggered&) {}
};
BOOST_DESCRIBE_STRUCT(NettingBook::Window, (), (number, over))
BOOST_DESCRIBE_STRUCT(NettingBook::Lane, (), (waiting, formed, returns))
BOOST_DESCRIBE_STRUCT(NettingBook::State, (),
                      (lot, multiplier, minimum_unit, netting_window_ms, mid_wait_ms, mid_age_ms_max, mark, mark_at, mid, shared,
                       withdrawals, window, windows, open, ended, position))

// The batch of that id that is judged, waits or executes; nullptr where there is none.
const Batch* open_batch(const NettingBook::State& state, const BatchId& id);
// The shared batch that is open; nullptr where there is none.
const Batch* shared_batch(const NettingBook::State& state);

// Names of the book's deadlines.
std::string window_deadline(std::uint64_t number);    // "window:3"
std::string mid_deadline(const BatchId& batch);       // "mid:BTC-USD#12"

// Rules of IntentsReturned that tell what became of an ordered batch: CANCELLED answers a wish to cancel and changes nothing
// else, after ORDER_REJECTED no fill can come, any other says that the order closed short.
const RuleId& cancelled_rule();
const RuleId& order_rejected_rule();

}  // namespace tally
