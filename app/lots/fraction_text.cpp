#include "app/lots/fraction_text.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "app/shortest_text.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

// Numerators hold a Money times two Quantities at most: 127 + 2 x 63 bits, and 66 more to divide with.
using Wide = boost::multiprecision::int512_t;

// Half to even.
double nearest_double(Wide numerator, Wide denominator) {
  TALLY_ASSERT(denominator != 0);
  if (numerator == 0) return 0;
  const bool negative = (numerator < 0) != (denominator < 0);
  numerator = abs(numerator);
  denominator = abs(denominator);
  // The quotient gets 65 or 66 bits: 53 to keep, the rest, with the remainder, to round by.
  const int shift = 66 - static_cast<int>(msb(numerator)) + static_cast<int>(msb(denominator));
  if (shift > 0) numerator <<= shift;
  else denominator <<= -shift;
  Wide remainder;
  Wide quotient;
  divide_qr(numerator, denominator, quotient, remainder);
  const unsigned dropped = msb(quotient) - 52;
  const Wide half = Wide(1) << (dropped - 1);
  const Wide below = quotient & ((half << 1) - 1);
  Wide kept = quotient >> dropped;
  if (below > half || (below == half && (remainder != 0 || (kept & 1) != 0))) ++kept;
  const double value = std::ldexp(static_cast<double>(static_cast<std::uint64_t>(kept)), static_cast<int>(dropped) - shift);
  return negative ? -value : value;
}

constexpr std::int64_t money_per_quantity = Money::whole(1).units() / Quantity::whole(1).units();

}  // namespace

std::string average_text(Money cost, Quantity position, std::int64_t multiplier) {
  return shortest_text(nearest_double(Wide(cost.units()), Wide(position.units()) * multiplier * money_per_quantity));
}

std::string share_text(const FeeShare& share) {
  const Wide one = Wide(Money::whole(1).units());
  return shortest_text(nearest_double(Wide(share.fee.units()) * share.part.units(), one * share.whole.units()));
}

std::string net_text(Money realized, const FeeShare& opening, const FeeShare& closing) {
  const Wide one = Wide(Money::whole(1).units());
  const Wide numerator = Wide(realized.units()) * opening.whole.units() * closing.whole.units() -
                         Wide(opening.fee.units()) * opening.part.units() * closing.whole.units() -
                         Wide(closing.fee.units()) * closing.part.units() * opening.whole.units();
  return shortest_text(nearest_double(numerator, one * opening.whole.units() * closing.whole.units()));
}

}  // namespace tally
