#include "actors/strategy/anchor_bars.hpp"

#include <charconv>

namespace tally::strategy {
namespace {

// The double nearest to it: a quotient of two numbers that doubles hold exactly is rounded once, a longer one is read from its
// text.
template <class D>
double number_of(D value) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  if (value.units() > -exact && value.units() < exact) return static_cast<double>(value.units()) / 1e9;
  const std::string text = value.text();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

AnchorBar anchor_bar_of(const BarObserved& bar, std::uint32_t role) {
  return {bar.closed_at.ns,
          role,
          {number_of(bar.open), number_of(bar.high), number_of(bar.low), number_of(bar.close), number_of(bar.volume)}};
}

}  // namespace tally::strategy
