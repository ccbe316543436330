// The Intent layer: what signals say, and what each subscription therefore wants.
#pragma once

#include <vector>

#include "messages/configuration.hpp"

namespace tally {

// -1 short, 0 flat, 1 long. JSON: the integer.
struct Direction {
  std::int8_t value = 0;
  auto operator<=>(const Direction&) const = default;
};

// A provider's signal. It can carry no size; its time is the moment it is received.
struct SendSignal {
  static constexpr About about{20, 1, Layer::command, "strategy.signal", "source key", 4};
  IdempotencyKey key;
  SignalSourceId source;
  ProductId product;
  Direction direction;
  std::optional<Ratio> stop_loss_ratio;  // distance of the stop as a share of the price, 0 < ratio <= 1
};
BOOST_DESCRIBE_STRUCT(SendSignal, (), (key, source, product, direction, stop_loss_ratio))

struct SignalReceived {
  static constexpr About about{21, 1, Layer::intent, "strategy.signal", "source key"};
  IdempotencyKey key;
  SignalSourceId source;
  ProductId product;
  Direction direction;
  std::optional<Ratio> stop_loss_ratio;
  Time received_at;
  Price mark;                // the price to size with; zero where none is known
  std::string mark_source;
  Time mark_at;
  Quantity lot;              // of the product, at this moment
  std::int64_t multiplier = 1;
  std::vector<SubscriptionId> subscriptions;  // whom it reaches, ascending
};
BOOST_DESCRIBE_STRUCT(SignalReceived, (),
                      (key, source, product, direction, stop_loss_ratio, received_at, mark, mark_source, mark_at, lot, multiplier,
                       subscriptions))

// direction=0 was honoured by a subscription: closed, or already flat. Always a success.
struct SignalForcedFlatHandled {
  static constexpr About about{22, 1, Layer::intent, "strategy.flat", "subscription signal"};
  SubscriptionId subscription;
  IdempotencyKey signal;
  Quantity position;               // held when it arrived
  std::optional<IntentId> closing; // the intent that closes it; none where there was nothing to close
};
BOOST_DESCRIBE_STRUCT(SignalForcedFlatHandled, (), (subscription, signal, position, closing))

enum class IntentReason : std::uint8_t { signal, forced_flat, late_fill, withdrawal, operator_command };
BOOST_DESCRIBE_ENUM(IntentReason, signal, forced_flat, late_fill, withdrawal, operator_command)

// A subscription's wish to trade. `close` reduces its position towards zero, `open` adds beyond; both are signed
// and point the same way, so their sum is what it wants to buy (+) or sell (-).
struct IntentCreated {
  static constexpr About about{23, 1, Layer::intent, "strategy.intent", "intent"};
  IntentId intent;
  InvestorId investor;
  SignalSourceId source;
  ProductId product;
  IntentReason reason = IntentReason::signal;
  Quantity close;
  Quantity open;
  Quantity target;                       // the position wanted when both are filled
  Price price;                           // sized with
  std::string price_source;
  Time price_at;
  Money virtual_capital;                 // at that price
  std::optional<Ratio> stop_loss_ratio;  // frozen for the position this opens
  IdempotencyKey signal;                 // what caused it, where a command did
};
BOOST_DESCRIBE_STRUCT(IntentCreated, (),
                      (intent, investor, source, product, reason, close, open, target, price, price_source, price_at,
                       virtual_capital, stop_loss_ratio, signal))

// What an intent held and did not trade is given back. The compensating event of every rejection.
struct IntentReleased {
  static constexpr About about{24, 1, Layer::intent, "strategy.intent", "intent rule"};
  IntentId intent;
  ProductId product;
  Quantity quantity;   // signed: the part that will not be traded
  RuleId rule;         // e.g. BELOW_MIN_LOT, VC_EXHAUSTED, ORDER_REJECTED
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(IntentReleased, (), (intent, product, quantity, rule, reason))

// Something newer waits for a subscription's working intent: what of it opens is not wanted any more, what closes runs on; the
// book returns the intent (IntentsReturned) when nothing of it works, however it ended.
struct IntentCancelRequested {
  static constexpr About about{25, 1, Layer::intent, "strategy.intent", "intent"};
  IntentId intent;
  ProductId product;
};
BOOST_DESCRIBE_STRUCT(IntentCancelRequested, (), (intent, product))

}  // namespace tally
