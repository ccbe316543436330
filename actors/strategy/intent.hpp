// From a strategy's intent to the signal that the account hears.
#pragma once

#include <optional>

#include "messages/strategies.hpp"

namespace tally::strategy {

// The same intent always makes the same signal: its key is of the intent's own key, so that a second emission is a retry.
// "v3-9c1185a5c5e9fc54-1704067260000000000": version, hash of strategy, parameters and product, close of the anchor bar.
SendSignal signal_of(const StrategyIntent& intent);
IdempotencyKey signal_key_of(const StrategyIntent& intent);

// `value` to the nearest 1e-9, halves to the even one: the only place where a strategy's double becomes a decimal. Nothing where
// that is not within the bounds.
std::optional<Ratio> stop_loss_ratio_of(double value);  // above 0, at most 1
std::optional<Ratio> confidence_of(double value);       // 0 to 1
std::optional<Quantity> size_hint_of(double value);     // above 0

}  // namespace tally::strategy
