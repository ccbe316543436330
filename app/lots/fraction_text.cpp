#include "app/lots/fraction_text.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cmath>

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

std::string shortest_text(double value) {
  if (value == 0) return "0.0";
  char buffer[40];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(written.ptr - buffer));
  const auto e = text.find('e');
  if (e == std::string_view::npos) return std::string(text);  // inf, nan
  const int exponent = std::stoi(std::string(text.substr(e + 1)));
  if (exponent < -4 || exponent >= 16) return std::string(text);
  std::string digits;
  for (const char c : text.substr(0, e))
    if (c >= '0' && c <= '9') digits += c;
  std::size_t whole = static_cast<std::size_t>(std::max(exponent, 0)) + 1;
  if (exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
  if (digits.size() <= whole) digits.append(whole + 1 - digits.size(), '0');
  digits.insert(whole, ".");
  return (value < 0 ? "-" : "") + digits;
}

}  // namespace tally
