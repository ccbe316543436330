// Netting and splitting: many intents, one order; one fill, many ledgers.
#pragma once

#include "messages/ledger.hpp"

namespace tally {

// One subscription's part of a batch. close and open are signed and point the same way.
struct BatchRow {
  IntentId intent;
  InvestorId investor;
  SignalSourceId source;
  Quantity close;
  Quantity open;
};
BOOST_DESCRIBE_STRUCT(BatchRow, (), (intent, investor, source, close, open))

// The intents that are netted, judged and executed together. Rows ascend by intent.
struct NettingBatchFormed {
  static constexpr About about{70, 1, Layer::execution, "strategy.batch", "batch"};
  BatchId batch;
  Time formed_at;
  Price mark;
  Time mark_at;
  std::int64_t multiplier = 1;
  std::vector<BatchRow> rows;
};
BOOST_DESCRIBE_STRUCT(NettingBatchFormed, (), (batch, formed_at, mark, mark_at, multiplier, rows))

// One row of a ledger fact: what one subscription gets of a fill or cross.
struct SplitRow {
  IntentId intent;
  InvestorId investor;
  Quantity quantity;   // signed, whole lots
  Money cash;          // change of the subscription's cash, whole minimum units, fee included
  Money fee;           // its share of the fee, already within cash and residual
  Money residual;      // to the investor's buffer; 0 <= residual < minimum unit. cash + residual + fee == -price x quantity x multiplier
};
BOOST_DESCRIBE_STRUCT(SplitRow, (), (intent, investor, quantity, cash, fee, residual))

// What one signal source's subscriptions got of it together.
struct SourceQuantity {
  SignalSourceId source;
  Quantity quantity;   // signed
};
BOOST_DESCRIBE_STRUCT(SourceQuantity, (), (source, quantity))

// The offsetting part of a batch, settled among its subscriptions at one mid, fee-free.
struct InternalNettingSettled {
  static constexpr About about{71, 1, Layer::ledger, "pnl.cross", "batch"};
  BatchId batch;
  ExecutionId execution;   // synthetic, "cross:" + batch
  Price mid;
  std::string mid_source;
  Time mid_at;
  std::uint64_t book_hash = 0;
  Quantity crossed;        // per side, > 0
  std::int64_t multiplier = 1;
  std::vector<SourceQuantity> sources;
  std::vector<SplitRow> rows;   // ascending by intent; quantities sum to zero
};
BOOST_DESCRIBE_STRUCT(InternalNettingSettled, (),
                      (batch, execution, mid, mid_source, mid_at, book_hash, crossed, multiplier, sources, rows))

// The ledger fact of one confirmed fill.
struct FillSplit {
  static constexpr About about{72, 1, Layer::ledger, "pnl.split", "order execution"};
  BatchId batch;
  ClientOrderId order;
  ExecutionId execution;
  Price price;
  Quantity quantity;       // signed: the whole fill
  Money fee;               // the whole fee; > 0 is a cost
  std::int64_t multiplier = 1;
  std::vector<SourceQuantity> sources;
  std::vector<SplitRow> rows;   // ascending by intent, zero rows left out; they sum to the fill
  Time at{};                    // the venue's, of the fill
};
BOOST_DESCRIBE_STRUCT(FillSplit, (), (batch, order, execution, price, quantity, fee, multiplier, sources, rows, at))

// What a book gives back of a batch: released, cancelled or finished intents that wait for word.
struct ReturnedRow {
  IntentId intent;
  Quantity unfilled;       // signed; zero where the intent was filled whole
};
BOOST_DESCRIBE_STRUCT(ReturnedRow, (), (intent, unfilled))

struct IntentsReturned {
  static constexpr About about{73, 1, Layer::execution, "strategy.batch", "batch number"};
  BatchId batch;           // number 0: never part of a batch
  RuleId rule;             // FILLED, CANCELLED, ORDER_REJECTED, ORDER_CANCELED, ORDER_EXPIRED, MID_UNAVAILABLE, BELOW_MIN_LOT
  std::string reason;
  std::vector<ReturnedRow> rows;  // ascending by intent
  std::uint64_t number = 0;       // the n-th of its book and kind
};
BOOST_DESCRIBE_STRUCT(IntentsReturned, (), (batch, rule, reason, rows, number))

}  // namespace tally
