// Exact decimals for prices, quantities, ratios and money.
//
// Promises: a value is an integer count of its scale's smallest unit; sums, differences and products are exact;
// what does not fit throws DecimalError and never wraps or rounds. Each kind is a type of its own, so adding
// a Price to a Quantity does not compile. Text is the plain decimal form ("-12.5"), never an exponent.
//
//   Price, Quantity, Ratio   64 bits, 1e-9    about +-9.2 thousand million
//   Money                   128 bits, 1e-18   so price x quantity is a Money without rounding
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tally {

using Int128 = __int128;

// Thrown where a number cannot be represented: overflow, or text that is no exact decimal of the scale.
struct DecimalError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace decimal_text {
// `scale` digits after the point. Throws DecimalError on anything but an exact decimal within 128 bits.
Int128 parse(std::string_view text, int scale);
std::string format(Int128 value, int scale);
[[noreturn]] void overflow(const char* operation);
}  // namespace decimal_text

template <class Tag, class Rep, int Scale>
class Decimal {
 public:
  using rep = Rep;
  static constexpr int scale = Scale;

  constexpr Decimal() = default;

  // `units` counts the smallest unit: from_units(1) is 10^-scale.
  static constexpr Decimal from_units(Rep units) {
    Decimal d;
    d.units_ = units;
    return d;
  }
  static constexpr Decimal whole(std::int64_t n) {
    Rep one = 1;
    for (int i = 0; i < Scale; ++i) one *= 10;
    Rep units{};
    if (__builtin_mul_overflow(static_cast<Rep>(n), one, &units)) decimal_text::overflow("whole");
    return from_units(units);
  }
  // Throws DecimalError where `text` is not an exact decimal of this scale and size.
  static Decimal parse(std::string_view text) {
    const Int128 wide = decimal_text::parse(text, Scale);
    const Rep units = static_cast<Rep>(wide);
    if (static_cast<Int128>(units) != wide) decimal_text::overflow("parse");
    return from_units(units);
  }

  constexpr Rep units() const { return units_; }
  std::string text() const { return decimal_text::format(units_, Scale); }

  constexpr auto operator<=>(const Decimal&) const = default;

  friend constexpr Decimal operator+(Decimal a, Decimal b) {
    Rep sum{};
    if (__builtin_add_overflow(a.units_, b.units_, &sum)) decimal_text::overflow("addition");
    return from_units(sum);
  }
  friend constexpr Decimal operator-(Decimal a, Decimal b) {
    Rep difference{};
    if (__builtin_sub_overflow(a.units_, b.units_, &difference)) decimal_text::overflow("subtraction");
    return from_units(difference);
  }
  constexpr Decimal operator-() const { return Decimal{} - *this; }
  constexpr Decimal& operator+=(Decimal b) { return *this = *this + b; }
  constexpr Decimal& operator-=(Decimal b) { return *this = *this - b; }

 private:
  Rep units_{};
};

using Price = Decimal<struct PriceTag, std::int64_t, 9>;
using Quantity = Decimal<struct QuantityTag, std::int64_t, 9>;
using Ratio = Decimal<struct RatioTag, std::int64_t, 9>;
using Money = Decimal<struct MoneyTag, Int128, 18>;

template <class D>
constexpr D abs(D value) {
  return value < D{} ? -value : value;
}
template <class D>
constexpr int sign(D value) {
  return value < D{} ? -1 : value > D{} ? 1 : 0;
}

// price x quantity x contract multiplier, exact. Throws DecimalError beyond 128 bits.
constexpr Money notional(Price price, Quantity quantity, std::int64_t multiplier = 1) {
  const Int128 product = static_cast<Int128>(price.units()) * quantity.units();
  Int128 units{};
  if (__builtin_mul_overflow(product, static_cast<Int128>(multiplier), &units)) decimal_text::overflow("notional");
  return Money::from_units(units);
}

// The whole units of `unit` in `value`, towards minus infinity, and what is left: value == whole + residual and
// 0 <= residual < unit. The one place where money meets a currency's minimum unit; the residual has an owner.
struct WholeUnits {
  Money whole;
  Money residual;
};
constexpr WholeUnits whole_units(Money value, Money unit) {
  Int128 residual = value.units() % unit.units();
  if (residual < 0) residual += unit.units();
  return {value - Money::from_units(residual), Money::from_units(residual)};
}

}  // namespace tally
