// Configuration enters a shard as an event with its content, so that a replay needs no file.
#pragma once

#include <optional>

#include "messages/market.hpp"

namespace tally {

struct AccountConfigured {
  static constexpr About about{10, 1, Layer::system, "system.account", "account"};
  AccountId account;
  VenueId venue;
  std::string currency;      // e.g. "USD"
  Money minimum_unit;        // smallest amount that can be paid out, e.g. 0.01
  std::int64_t reconcile_every_ms = 0;   // 0: only on start, reconnect and request
};
BOOST_DESCRIBE_STRUCT(AccountConfigured, (), (account, venue, currency, minimum_unit, reconcile_every_ms))

// Reaches the product's signal and netting book, the risk authority and the venue. A book's own settings stand here,
// because what one account has of them is one a product (a topology names entities, it cannot enumerate them).
struct ProductDefined {
  static constexpr About about{11, 1, Layer::system, "system.product", "product"};
  ProductId product;
  Quantity lot;              // smallest quantity step the venue accepts
  Price tick;
  std::int64_t multiplier = 1;  // currency units per price point and unit of quantity
  Money minimum_unit;           // of the currency it settles in, e.g. 0.01
  std::int64_t netting_window_ms = 0;    // netting.windowMs; 0 nets what one entry brings
  std::int64_t mid_wait_ms = 5'000;      // netting.midWaitMs
  std::int64_t mid_age_ms_max = 5'000;   // an older mid is stale
};
BOOST_DESCRIBE_STRUCT(ProductDefined, (),
                      (product, lot, tick, multiplier, minimum_unit, netting_window_ms, mid_wait_ms, mid_age_ms_max))

// The account's hard limits. A limit that is not set denies every opening it would have judged.
struct RiskLimits {
  static constexpr std::size_t required = 0;       // in JSON; each may be absent
  std::optional<Quantity> position_max;            // |net position| of the account per product
  std::optional<Quantity> order_quantity_max;
  std::optional<Money> order_notional_max;
  std::optional<Money> gross_notional_max;         // sum over products of |position| x mark
  std::optional<Ratio> leverage_max;               // gross notional / equity
  std::optional<Ratio> drawdown_max;               // of the highest equity, deposits taken out
  std::optional<Money> daily_loss_max;             // realized and unrealized, per UTC day
  std::optional<std::int64_t> open_positions_max;  // tradepicker.maxOpenPositions
  bool sell_requires_long = false;                 // tradepicker.sellRequiresLong
  bool allow_short = true;                         // tradepicker.allowShort
  bool reserve_on_open = true;                     // tradepicker.reserveOnOpen
  std::int64_t reservation_ttl_ms = 300'000;       // tradepicker.reservationTtlMs
  std::int64_t mark_age_ms_max = 120'000;          // an opening on an older mark is denied
  std::int64_t reject_alert_count = 10;            // this many rejections ...
  std::int64_t reject_alert_window_ms = 60'000;    // ... within this raise an alert
};
BOOST_DESCRIBE_STRUCT(RiskLimits, (),
                      (position_max, order_quantity_max, order_notional_max, gross_notional_max, leverage_max, drawdown_max,
                       daily_loss_max, open_positions_max, sell_requires_long, allow_short, reserve_on_open,
                       reservation_ttl_ms, mark_age_ms_max, reject_alert_count, reject_alert_window_ms))

// A command was understood and refused. Nothing else came of it.
struct CommandDenied {
  static constexpr About about{12, 1, Layer::system, "system.denied", "key"};
  IdempotencyKey key;
  RuleId rule;
  std::string reason;  // English, for a person
};
BOOST_DESCRIBE_STRUCT(CommandDenied, (), (key, rule, reason))

enum class Severity : std::uint8_t { info, warning, critical };
BOOST_DESCRIBE_ENUM(Severity, info, warning, critical)

struct AlertTriggered {
  static constexpr About about{13, 1, Layer::system, "system.alert", "rule subject at"};
  RuleId rule;
  Severity severity = Severity::warning;
  std::string subject;   // what it is about, e.g. a product or an order
  std::string text;      // English, for a person
  Time at;
};
BOOST_DESCRIBE_STRUCT(AlertTriggered, (), (rule, severity, subject, text, at))

}  // namespace tally
