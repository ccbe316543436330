// A double as the shortest text that reads back as the same double, without an exponent where people would not write one.
#pragma once

#include <charconv>
#include <cmath>
#include <string>

namespace tally::indicators {

inline std::string number_text(double number) {
  char text[32];
  const double size = std::fabs(number);
  const bool plain = number == 0 || (size >= 1e-4 && size < 1e16);  // at most 22 characters
  const auto written = plain ? std::to_chars(text, text + sizeof text, number, std::chars_format::fixed)
                             : std::to_chars(text, text + sizeof text, number);
  return {text, written.ptr};
}

}  // namespace tally::indicators
