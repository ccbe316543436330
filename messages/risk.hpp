// What risk said, and the state of the halt.
#pragma once

#include "messages/netting.hpp"

namespace tally {

// ---- commands ----
struct ChangeLimits {
  static constexpr About about{90, 1, Layer::command, "risk.limits", "key"};
  IdempotencyKey key;
  OperatorId by;
  RiskLimits limits;
};
BOOST_DESCRIBE_STRUCT(ChangeLimits, (), (key, by, limits))

struct HaltTrading {
  static constexpr About about{91, 1, Layer::command, "risk.halt", "key"};
  IdempotencyKey key;
  OperatorId by;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(HaltTrading, (), (key, by, reason))

// Re-arming takes two steps: a request, then its confirmation with the code that the request answered with.
struct RequestRearm {
  static constexpr About about{92, 1, Layer::command, "risk.halt", "key"};
  IdempotencyKey key;
  OperatorId by;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(RequestRearm, (), (key, by, reason))

struct ConfirmRearm {
  static constexpr About about{93, 1, Layer::command, "risk.halt", "key"};
  IdempotencyKey key;
  OperatorId by;
  std::uint64_t request = 0;  // RearmRequested::request
};
BOOST_DESCRIBE_STRUCT(ConfirmRearm, (), (key, by, request))

// ---- events ----
// All of it, or only the part that closes positions.
enum class ApprovalScope : std::uint8_t { whole, closing };
BOOST_DESCRIBE_ENUM(ApprovalScope, whole, closing)

// The batch may be crossed and its net ordered, once.
struct RiskApproved {
  static constexpr About about{95, 1, Layer::risk, "risk.approved", "batch"};
  BatchId batch;
  ApprovalScope scope = ApprovalScope::whole;
  Quantity buy;             // approved, crosses included
  Quantity sell;            // > 0
  std::uint64_t limits_version = 0;
  Time expires_at;          // before it is submitted; ns 0 where it does not expire
};
BOOST_DESCRIBE_STRUCT(RiskApproved, (), (batch, scope, buy, sell, limits_version, expires_at))

// The openings of these intents are denied. No order exists for them.
struct RiskRejected {
  static constexpr About about{96, 1, Layer::risk, "risk.rejected", "batch rule"};
  BatchId batch;
  RuleId rule;
  std::string reason;
  std::vector<IntentId> intents;  // ascending; their `open` part
};
BOOST_DESCRIBE_STRUCT(RiskRejected, (), (batch, rule, reason, intents))

struct ReservationReleased {
  static constexpr About about{97, 1, Layer::risk, "risk.reservation", "batch"};
  BatchId batch;
  RuleId rule;              // EXPIRED, DONE
  Quantity quantity;        // that was still reserved
};
BOOST_DESCRIBE_STRUCT(ReservationReleased, (), (batch, rule, quantity))

struct LimitsChanged {
  static constexpr About about{98, 1, Layer::risk, "risk.limits", "version"};
  IdempotencyKey key;
  OperatorId by;
  std::uint64_t version = 0;
  RiskLimits limits;
};
BOOST_DESCRIBE_STRUCT(LimitsChanged, (), (key, by, version, limits))

// Openings stop; closings go on.
struct TradingHalted {
  static constexpr About about{99, 1, Layer::risk, "risk.halt", "key"};
  IdempotencyKey key;
  OperatorId by;
  RuleId rule;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(TradingHalted, (), (key, by, rule, reason))

struct RearmRequested {
  static constexpr About about{100, 1, Layer::risk, "risk.halt", "request"};
  IdempotencyKey key;
  OperatorId by;
  std::uint64_t request = 0;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(RearmRequested, (), (key, by, request, reason))

struct TradingRearmed {
  static constexpr About about{101, 1, Layer::risk, "risk.halt", "request"};
  IdempotencyKey key;
  OperatorId by;
  std::uint64_t request = 0;
};
BOOST_DESCRIBE_STRUCT(TradingRearmed, (), (key, by, request))

}  // namespace tally
