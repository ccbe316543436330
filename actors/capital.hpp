// What a place of capital is worth, and how much of it is free. The subscription, which owns the place, decides with
// these; its investor plans with the same ones.
#pragma once

#include <boost/describe.hpp>

#include "messages/decimal.hpp"

namespace tally {

enum class Rounding { down, up };

// amount x by / over, to the smallest unit of Money. amount >= 0, by >= 0, over > 0. Throws DecimalError beyond 128 bits.
Money scaled(Money amount, Ratio by, Ratio over, Rounding rounding);

struct Stake {
  Money cash;
  Quantity position;
  std::int64_t multiplier = 1;
};
BOOST_DESCRIBE_STRUCT(Stake, (), (cash, position, multiplier))

// Cash and marked position. Exact.
constexpr Money equity(const Stake& stake, Price mark) { return stake.cash + notional(mark, stake.position, stake.multiplier); }

// What the terms want kept while `exposure` is held: exposure x mark x multiplier / leverage_max, rounded up.
Money margin(Quantity exposure, Price mark, std::int64_t multiplier, Ratio leverage_max);

// What could leave it now and keep `exposure` within its leverage: equity - margin, or all its cash where nothing is
// held; never below zero. `exposure` is the most that it holds or may hold soon, at least |position|.
Money free_cash(const Stake& stake, Quantity exposure, Price mark, Ratio leverage_max);

}  // namespace tally
