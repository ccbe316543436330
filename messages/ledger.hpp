// The Ledger layer: who owns what. Every unit lies in exactly one place: an investor's unallotted cash or buffer, or
// a subscription's allotted cash and position.
#pragma once

#include "messages/signals.hpp"

namespace tally {

// ---- commands ----
// Every command that names an amount carries the currency's minimum unit: the inlet writes AccountConfigured's into
// it, whatever the sender said, so that who decides it needs no configuration of its own.
inline constexpr Money one_cent = Money::from_units(10'000'000'000'000'000);

struct DepositFunds {
  static constexpr About about{40, 1, Layer::command, "pnl.ledger", "investor key", 3};
  IdempotencyKey key;
  InvestorId investor;
  Money amount;  // > 0, whole minimum units
  Money minimum_unit = one_cent;
};
BOOST_DESCRIBE_STRUCT(DepositFunds, (), (key, investor, amount, minimum_unit))

struct WithdrawFunds {
  static constexpr About about{41, 1, Layer::command, "pnl.ledger", "investor key", 3};
  IdempotencyKey key;
  InvestorId investor;
  Money amount;            // > 0, whole minimum units
  bool immediate = false;  // may reduce this investor's own positions, at their own cost
  Money minimum_unit = one_cent;
};
BOOST_DESCRIBE_STRUCT(WithdrawFunds, (), (key, investor, amount, immediate, minimum_unit))

// How a subscription sizes its positions.
struct SubscriptionTerms {
  static constexpr std::size_t required = 2;  // in JSON; what comes after may be absent
  Ratio risk_fraction;                   // capital at risk per trade, as a share of virtual capital
  Ratio leverage_max;                    // notional / virtual capital
  std::optional<Money> loss_max;         // capital at risk per trade, absolute
  std::optional<Money> notional_max;     // of the position
  bool stop_required = true;             // an opening without stop_loss_ratio is rejected
  bool active = true;                    // false: openings are released, closings honoured
  bool operator==(const SubscriptionTerms&) const = default;
};
BOOST_DESCRIBE_STRUCT(SubscriptionTerms, (), (risk_fraction, leverage_max, loss_max, notional_max, stop_required, active))

struct AddSubscription {
  static constexpr About about{42, 1, Layer::command, "system.subscription", "subscription key", 7};
  IdempotencyKey key;
  SubscriptionId subscription;
  InvestorId investor;
  SignalSourceId source;
  ProductId product;
  Money capital;           // allotted from the investor's cash; >= 0, whole minimum units
  SubscriptionTerms terms;
  Money minimum_unit = one_cent;
};
BOOST_DESCRIBE_STRUCT(AddSubscription, (), (key, subscription, investor, source, product, capital, terms, minimum_unit))

struct ChangeSubscription {
  static constexpr About about{43, 1, Layer::command, "system.subscription", "subscription key"};
  IdempotencyKey key;
  SubscriptionId subscription;
  InvestorId investor;
  SubscriptionTerms terms;  // from the next opening trade on
};
BOOST_DESCRIBE_STRUCT(ChangeSubscription, (), (key, subscription, investor, terms))

// Moves an investor's unallotted cash into a subscription.
struct AllotCapital {
  static constexpr About about{44, 1, Layer::command, "pnl.ledger", "subscription key", 4};
  IdempotencyKey key;
  InvestorId investor;
  SubscriptionId subscription;
  Money amount;  // > 0, whole minimum units
  Money minimum_unit = one_cent;
};
BOOST_DESCRIBE_STRUCT(AllotCapital, (), (key, investor, subscription, amount, minimum_unit))

// Moves a subscription's free cash back to its investor.
struct ReleaseCapital {
  static constexpr About about{45, 1, Layer::command, "pnl.ledger", "subscription key", 4};
  IdempotencyKey key;
  InvestorId investor;
  SubscriptionId subscription;
  Money amount;  // > 0, whole minimum units
  Money minimum_unit = one_cent;
};
BOOST_DESCRIBE_STRUCT(ReleaseCapital, (), (key, investor, subscription, amount, minimum_unit))

// ---- events ----
struct SubscriptionUpdated {
  static constexpr About about{50, 1, Layer::ledger, "system.subscription", "subscription version"};
  IdempotencyKey key;
  SubscriptionId subscription;
  std::uint64_t version = 0;  // of its terms; 1 when added
  InvestorId investor;
  SignalSourceId source;
  ProductId product;
  SubscriptionTerms terms;
  Time at{};
};
BOOST_DESCRIBE_STRUCT(SubscriptionUpdated, (), (key, subscription, version, investor, source, product, terms, at))

enum class LedgerReason : std::uint8_t { deposit, withdrawal, fill, cross, drift };
BOOST_DESCRIBE_ENUM(LedgerReason, deposit, withdrawal, fill, cross, drift)

// Cash moved into (+) or out of (-) an investor's hands. Recorded for deposits and withdrawals; for fills and crosses
// it is a row of FillSplit or InternalNettingSettled, expanded on reading.
struct InvestorLedgerUpdated {
  static constexpr About about{51, 1, Layer::ledger, "pnl.ledger", "investor key"};
  IdempotencyKey key;
  InvestorId investor;
  std::optional<SubscriptionId> subscription;
  LedgerReason reason = LedgerReason::deposit;
  Money amount;
  Time at{};
};
BOOST_DESCRIBE_STRUCT(InvestorLedgerUpdated, (), (key, investor, subscription, reason, amount, at))

// Expanded on reading: the position row of a fill or cross.
struct PositionUpdated {
  static constexpr About about{52, 1, Layer::ledger, "pnl.position", "subscription execution"};
  SubscriptionId subscription;
  ProductId product;
  ExecutionId execution;
  Quantity quantity;  // signed change
  Price price;
};
BOOST_DESCRIBE_STRUCT(PositionUpdated, (), (subscription, product, execution, quantity, price))

// What is below the currency's minimum unit stays in the investor's own buffer. Expanded on reading for fills;
// recorded when whole units leave the buffer with a withdrawal (amount < 0, one row a subscription's share).
struct BufferShare {
  SubscriptionId subscription;
  Money amount;
};
BOOST_DESCRIBE_STRUCT(BufferShare, (), (subscription, amount))

struct BufferAdjusted {
  static constexpr About about{53, 1, Layer::ledger, "pnl.buffer", "investor key"};
  IdempotencyKey key;
  InvestorId investor;
  std::vector<BufferShare> shares;
};
BOOST_DESCRIBE_STRUCT(BufferAdjusted, (), (key, investor, shares))

struct CapitalAllotted {
  static constexpr About about{54, 1, Layer::ledger, "pnl.ledger", "subscription key"};
  IdempotencyKey key;
  InvestorId investor;
  SubscriptionId subscription;
  Money amount;
  Time at{};
};
BOOST_DESCRIBE_STRUCT(CapitalAllotted, (), (key, investor, subscription, amount, at))

struct CapitalReleased {
  static constexpr About about{55, 1, Layer::ledger, "pnl.ledger", "subscription key"};
  IdempotencyKey key;       // of the command or withdrawal that asked
  InvestorId investor;
  SubscriptionId subscription;
  Money amount;
  bool last = true;         // nothing more will come for this key from this subscription
  Time at{};
};
BOOST_DESCRIBE_STRUCT(CapitalReleased, (), (key, investor, subscription, amount, last, at))

// A withdrawal beyond free cash asks the investor's own subscriptions for it.
struct WithdrawalRow {
  SubscriptionId subscription;
  Money amount;  // asked of it
  Price mark;    // of its product; zero where none is known
};
BOOST_DESCRIBE_STRUCT(WithdrawalRow, (), (subscription, amount, mark))

struct WithdrawalRequested {
  static constexpr About about{56, 1, Layer::ledger, "pnl.ledger", "investor key"};
  IdempotencyKey key;
  InvestorId investor;
  Money amount;                     // wanted in all
  std::vector<WithdrawalRow> rows;  // ascending by subscription
  Money minimum_unit = one_cent;    // what is released is whole units of it
  Time at{};
};
BOOST_DESCRIBE_STRUCT(WithdrawalRequested, (), (key, investor, amount, rows, minimum_unit, at))

// The end of a withdrawal: `paid` left the account; less than asked only where the investor's whole capital fell short.
struct WithdrawalSettled {
  static constexpr About about{57, 1, Layer::ledger, "pnl.ledger", "investor key"};
  IdempotencyKey key;
  InvestorId investor;
  Money asked;
  Money paid;
  bool immediate = false;  // as asked
  Time at{};
};
BOOST_DESCRIBE_STRUCT(WithdrawalSettled, (), (key, investor, asked, paid, immediate, at))

}  // namespace tally
