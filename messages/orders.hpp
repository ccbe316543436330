// The Execution layer: one net order's life, what the venue said of it, and the comparison with the venue's records.
#pragma once

#include "messages/risk.hpp"

namespace tally {

enum class Side : std::uint8_t { buy, sell };
BOOST_DESCRIBE_ENUM(Side, buy, sell)

enum class OrderType : std::uint8_t { market, limit };
BOOST_DESCRIBE_ENUM(OrderType, market, limit)

// The book asks the session for one net order.
struct NetOrderRequested {
  static constexpr About about{110, 1, Layer::execution, "order.request", "batch"};
  BatchId batch;
  Side side = Side::buy;
  Quantity quantity;     // > 0, whole lots
  std::uint32_t attempt = 1;
};
BOOST_DESCRIBE_STRUCT(NetOrderRequested, (), (batch, side, quantity, attempt))

// The permission to send and, until something answers, the sending state. Committed before anything leaves.
struct OrderCommanded {
  static constexpr About about{111, 1, Layer::execution, "order.command", "order"};
  ClientOrderId order;
  BatchId batch;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  Quantity quantity;     // > 0
  Price limit;           // for limit orders
  Time commanded_at;
  AccountId account;     // whose order; positions at a venue are per account
};
BOOST_DESCRIBE_STRUCT(OrderCommanded, (), (order, batch, side, type, quantity, limit, commanded_at, account))

struct CancelRequested {
  static constexpr About about{112, 1, Layer::execution, "order.request", "batch"};
  BatchId batch;
};
BOOST_DESCRIBE_STRUCT(CancelRequested, (), (batch))

struct OrderCancelCommanded {
  static constexpr About about{113, 1, Layer::execution, "order.command", "order"};
  ClientOrderId order;
  ProductId product;
  AccountId account;
  Time commanded_at{};
};
BOOST_DESCRIBE_STRUCT(OrderCancelCommanded, (), (order, product, account, commanded_at))

// ---- what the venue port reports (inputs) ----
enum class SendOutcome : std::uint8_t { sent, refused_locally, ambiguous };
BOOST_DESCRIBE_ENUM(SendOutcome, sent, refused_locally, ambiguous)

// How an attempt to send ended. `ambiguous` (timeout, disconnect) keeps the order Unknown until the venue was asked.
struct OrderSendReported {
  static constexpr About about{115, 1, Layer::command, "order.report", "order outcome"};
  ClientOrderId order;
  SendOutcome outcome = SendOutcome::sent;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(OrderSendReported, (), (order, outcome, text))

// The names are FIX's ExecType; the states of the order follow the cumulative quantity.
enum class ExecutionType : std::uint8_t { accepted, rejected, trade, canceled, expired, cancel_rejected, status };
BOOST_DESCRIBE_ENUM(ExecutionType, accepted, rejected, trade, canceled, expired, cancel_rejected, status)

// One execution report of a venue.
struct ExecutionReported {
  static constexpr About about{116, 1, Layer::command, "order.report", "order execution"};
  ClientOrderId order;
  VenueOrderId venue_order;
  ExecutionId execution;        // the dedupe key of a trade, for ever
  ExecutionType type = ExecutionType::accepted;
  ProductId product;
  Side side = Side::buy;
  Quantity last_quantity;       // of this trade
  Price last_price;
  Money fee;                    // > 0 is a cost
  Quantity cumulative_quantity;
  Quantity leaves_quantity;
  std::string text;             // the venue's words
  Time at;                      // the venue's clock
  AccountId account;            // whose order; the report goes to that account's shard
};
BOOST_DESCRIBE_STRUCT(ExecutionReported, (),
                      (order, venue_order, execution, type, product, side, last_quantity, last_price, fee, cumulative_quantity,
                       leaves_quantity, text, at, account))

// ---- what the session concluded (events) ----
struct OrderSubmitted {
  static constexpr About about{120, 1, Layer::execution, "order.submitted", "order"};
  ClientOrderId order;
  BatchId batch;
};
BOOST_DESCRIBE_STRUCT(OrderSubmitted, (), (order, batch))

struct OrderAccepted {
  static constexpr About about{121, 1, Layer::execution, "order.accepted", "order"};
  ClientOrderId order;
  BatchId batch;
  VenueOrderId venue_order;
};
BOOST_DESCRIBE_STRUCT(OrderAccepted, (), (order, batch, venue_order))

// The venue's word, or proof that the order never left.
struct OrderRejected {
  static constexpr About about{122, 1, Layer::execution, "order.rejected", "order"};
  ClientOrderId order;
  BatchId batch;
  Quantity unfilled;     // > 0
  RuleId rule;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(OrderRejected, (), (order, batch, unfilled, rule, reason))

struct OrderFilled {
  static constexpr About about{123, 1, Layer::execution, "order.fill", "order execution"};
  ClientOrderId order;
  BatchId batch;
  ExecutionId execution;
  Side side = Side::buy;
  Quantity last_quantity;
  Price last_price;
  Money fee;
  Quantity cumulative_quantity;
  Quantity leaves_quantity;
  Time at;
};
BOOST_DESCRIBE_STRUCT(OrderFilled, (),
                      (order, batch, execution, side, last_quantity, last_price, fee, cumulative_quantity, leaves_quantity, at))

// Closed by the venue with leaves: cancelled or expired.
struct OrderCanceled {
  static constexpr About about{124, 1, Layer::execution, "order.canceled", "order"};
  ClientOrderId order;
  BatchId batch;
  Quantity cumulative_quantity;
  Quantity unfilled;     // >= 0
  bool expired = false;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(OrderCanceled, (), (order, batch, cumulative_quantity, unfilled, expired, reason))

// A sent order that the venue does not know may still be on its way for this long.
inline constexpr std::int64_t order_in_flight_ns = 5 * ns_per_s;

// Nobody knows whether the venue has it. Kept, never resent, until the venue was asked.
struct OrderInDoubt {
  static constexpr About about{125, 1, Layer::execution, "order.unknown", "order"};
  ClientOrderId order;
  BatchId batch;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(OrderInDoubt, (), (order, batch, reason))

// A report that fits no order of ours, or contradicts one. Recorded, alarmed, changes nothing.
struct ReportMismatched {
  static constexpr About about{126, 1, Layer::execution, "order.mismatch", "order execution"};
  ClientOrderId order;
  ExecutionId execution;
  RuleId rule;           // UNKNOWN_ORDER, OVERFILL, ILLEGAL_TRANSITION, QUANTITY_MISMATCH
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReportMismatched, (), (order, execution, rule, reason))

// The venue kept the order although we asked to cancel it; it works on.
struct OrderCancelRejected {
  static constexpr About about{127, 1, Layer::execution, "order.cancel_rejected", "order"};
  ClientOrderId order;
  BatchId batch;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(OrderCancelRejected, (), (order, batch, reason))

// ---- reconciliation ----
struct RequestReconciliation {
  static constexpr About about{130, 1, Layer::command, "system.reconciliation", "key"};
  IdempotencyKey key;
  std::string cause;     // start, reconnect, operator, schedule
};
BOOST_DESCRIBE_STRUCT(RequestReconciliation, (), (key, cause))

// An effect: the venue port answers with VenueStateReported of the same request.
struct VenueStateRequested {
  static constexpr About about{131, 1, Layer::execution, "system.reconciliation", "request"};
  std::uint64_t request = 0;
  std::string cause;
  AccountId account;     // whose executions, orders and positions
};
BOOST_DESCRIBE_STRUCT(VenueStateRequested, (), (request, cause, account))

struct VenuePosition {
  ProductId product;
  Quantity quantity;     // signed
};
BOOST_DESCRIBE_STRUCT(VenuePosition, (), (product, quantity))

// The venue's own records: every execution of this account (newest last, at least those since the last report),
// its open orders as `status` reports, and its positions. `complete` is false where the venue could not be asked.
struct VenueStateReported {
  static constexpr About about{132, 1, Layer::command, "system.reconciliation", "request"};
  std::uint64_t request = 0;
  bool complete = false;
  std::vector<ExecutionReported> executions;
  std::vector<ExecutionReported> open_orders;
  std::vector<VenuePosition> positions;
  Time at;
  AccountId account;
  Time since{};          // of orders that closed earlier it need not know any more
};
BOOST_DESCRIBE_STRUCT(VenueStateReported, (),
                      (request, complete, executions, open_orders, positions, at, account, since))

// The session has folded every execution of that report, so positions may now be compared.
struct VenueStateFolded {
  static constexpr About about{133, 1, Layer::execution, "system.reconciliation", "request"};
  std::uint64_t request = 0;
  bool complete = false;
  std::vector<VenuePosition> positions;
};
BOOST_DESCRIBE_STRUCT(VenueStateFolded, (), (request, complete, positions))

// position: ours against the venue's. target_residual: wanted against confirmed, after an order closed short of it.
enum class DriftKind : std::uint8_t { position, target_residual };
BOOST_DESCRIBE_ENUM(DriftKind, position, target_residual)

struct DriftDetected {
  static constexpr About about{134, 1, Layer::execution, "system.drift", "drift"};
  std::uint64_t drift = 0;
  DriftKind kind = DriftKind::position;
  ProductId product;
  Quantity expected;     // ours, or the target
  Quantity reported;     // the venue's
  Quantity difference;   // position: reported - expected; target_residual: expected - reported
  std::string playbook;  // the runbook step for the operator
  Time at;
};
BOOST_DESCRIBE_STRUCT(DriftDetected, (), (drift, kind, product, expected, reported, difference, playbook, at))

// An operator gives a position drift to a subscription at a price, or sets a residual aside.
struct ResolveDrift {
  static constexpr About about{135, 1, Layer::command, "system.drift", "key", 4};
  IdempotencyKey key;
  OperatorId by;
  std::uint64_t drift = 0;
  std::string reason;
  std::optional<SubscriptionId> subscription;  // who takes the quantity; none: nobody (only for target_residual)
  std::optional<Price> price;
};
BOOST_DESCRIBE_STRUCT(ResolveDrift, (), (key, by, drift, reason, subscription, price))

// superseded: a later comparison or order says otherwise; a new drift stands for what is left.
enum class DriftResolution : std::uint8_t { explained_by_fills, assigned, acknowledged, superseded };
BOOST_DESCRIBE_ENUM(DriftResolution, explained_by_fills, assigned, acknowledged, superseded)

struct DriftResolved {
  static constexpr About about{136, 2, Layer::ledger, "system.drift", "drift", 10};
  std::uint64_t drift = 0;
  DriftKind kind = DriftKind::position;
  DriftResolution resolution = DriftResolution::acknowledged;
  ProductId product;
  Quantity quantity;     // signed; what an assignment adds to the book and to the subscription
  Price price;
  std::optional<SubscriptionId> subscription;
  std::string reason;
  std::int64_t multiplier = 1;  // of the product: an assignment moves price x quantity x multiplier of cash
  Time at{};
  IdempotencyKey key{};         // of the operator's command; empty where fills or a comparison resolved it
};
BOOST_DESCRIBE_STRUCT(DriftResolved, (),
                      (drift, kind, resolution, product, quantity, price, subscription, reason, multiplier, at, key))

// A comparison is finished. The first clean one after a start arms openings.
struct ReconciliationCompleted {
  static constexpr About about{137, 1, Layer::execution, "system.reconciliation", "request"};
  std::uint64_t request = 0;
  bool clean = false;
  std::uint64_t differences = 0;
};
BOOST_DESCRIBE_STRUCT(ReconciliationCompleted, (), (request, clean, differences))

}  // namespace tally
