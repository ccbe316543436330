#include "app/shortest_text.hpp"

#include <algorithm>
#include <charconv>

namespace tally {

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
