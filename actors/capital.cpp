#include "actors/capital.hpp"

#include <algorithm>

#include "messages/assert.hpp"

namespace tally {

// amount = high x 2^64 + low. The product has up to 190 bits, so it is divided limb by limb, as by hand.
Money scaled(Money amount, Ratio by, Ratio over, Rounding rounding) {
  using Wide = unsigned __int128;
  TALLY_ASSERT(amount >= Money{} && by >= Ratio{} && over > Ratio{});
  const auto units = static_cast<Wide>(amount.units());
  const auto factor = static_cast<std::uint64_t>(by.units());
  const auto divisor = static_cast<std::uint64_t>(over.units());

  const Wide low = static_cast<Wide>(static_cast<std::uint64_t>(units)) * factor;
  const Wide high = (units >> 64) * factor + (low >> 64);  // < 2^63 * 2^63 + 2^63
  const Wide low_part = ((high % divisor) << 64) | static_cast<std::uint64_t>(low);
  const Wide high_quotient = high / divisor;
  if (high_quotient >> 63 != 0) decimal_text::overflow("a share of an amount");
  const Wide quotient = (high_quotient << 64) + low_part / divisor;
  const bool round_up = rounding == Rounding::up && low_part % divisor != 0;
  return Money::from_units(static_cast<Int128>(quotient)) + Money::from_units(round_up ? 1 : 0);
}

Money margin(Quantity exposure, Price mark, std::int64_t multiplier, Ratio leverage_max) {
  return scaled(abs(notional(mark, exposure, multiplier)), Ratio::whole(1), leverage_max, Rounding::up);
}

Money free_cash(const Stake& stake, Quantity exposure, Price mark, Ratio leverage_max) {
  if (exposure == Quantity{}) return std::max(stake.cash, Money{});
  return std::max(equity(stake, mark) - margin(exposure, mark, stake.multiplier, leverage_max), Money{});
}

}  // namespace tally
