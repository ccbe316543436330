// A price or volume of a recorded bar, whatever it measures: an exact decimal that keeps as many decimals as it was written
// with. Up to 18 decimals, in 128 bits.
#pragma once

#include "messages/written.hpp"

namespace tally {

using WrittenDecimal = Written<Money>;

// Halfway between two, with one decimal more where it is needed. Throws DecimalError beyond 18 decimals.
inline WrittenDecimal middle(const WrittenDecimal& a, const WrittenDecimal& b) {
  WrittenDecimal between = a + b;
  if (between.value.units() % 2 != 0)
    throw DecimalError("the middle of " + a.text() + " and " + b.text() + " has too many decimals");
  between.value = Money::from_units(between.value.units() / 2);
  between.decimals = Written<Money>::parse(between.text()).decimals;  // those it needs
  return between;
}

}  // namespace tally
