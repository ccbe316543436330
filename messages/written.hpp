// Decimals that remember how many decimals they were written with, so that a report shows "-0.50" for what came in as
// cents, and no more digits than its inputs carry.
//
// Laws: a sum has the decimals of the longer summand, a product those of both factors together, as a bookkeeper and
// decimal libraries write them. The decimals are about text only: values are exact and compare without them.
#pragma once

#include <algorithm>
#include <string>

#include "messages/decimal.hpp"

namespace tally {

template <class D>
struct Written {
  D value;
  int decimals = 0;

  // As `cell` shows it. Throws DecimalError.
  static Written parse(std::string_view cell) {
    const auto point = cell.find('.');
    const std::size_t decimals = point == std::string_view::npos ? 0 : cell.size() - point - 1;
    return {D::parse(cell), static_cast<int>(std::min<std::size_t>(decimals, 99))};
  }

  // Never fewer digits than the value needs. Zero has no sign.
  std::string text() const {
    std::string shown = value.text();
    const auto point = shown.find('.');
    const int has = point == std::string::npos ? 0 : static_cast<int>(shown.size() - point - 1);
    if (has < decimals) shown.append(has == 0 ? "." : "").append(static_cast<std::size_t>(decimals - has), '0');
    return shown;
  }

  Written operator-() const { return {-value, decimals}; }
  friend Written operator+(const Written& a, const Written& b) { return {a.value + b.value, std::max(a.decimals, b.decimals)}; }
  friend Written operator-(const Written& a, const Written& b) { return {a.value - b.value, std::max(a.decimals, b.decimals)}; }
  friend bool operator<(const Written& a, const Written& b) { return a.value < b.value; }
  Written& operator+=(const Written& b) { return *this = *this + b; }
  Written& operator-=(const Written& b) { return *this = *this - b; }
};

inline Written<Money> notional(const Written<Price>& price, const Written<Quantity>& quantity, std::int64_t multiplier) {
  return {notional(price.value, quantity.value, multiplier), price.decimals + quantity.decimals};
}

}  // namespace tally
