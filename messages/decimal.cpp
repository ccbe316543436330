#include "messages/decimal.hpp"

#include <algorithm>

namespace tally::decimal_text {

void overflow(const char* operation) { throw DecimalError(std::string("number out of range in ") + operation); }

Int128 parse(std::string_view text, int scale) {
  const std::string_view whole_text = text;
  const auto refuse = [&](const char* why) -> void {
    throw DecimalError("'" + std::string(whole_text.substr(0, 48)) + "' " + why);
  };
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  Int128 units = 0;
  int digits = 0;
  int decimals = -1;  // digits seen after the point; -1 before it
  for (char c : text) {
    if (c == '.') {
      if (decimals >= 0 || digits == 0) refuse("is not a decimal number");
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') refuse("is not a decimal number");
    ++digits;
    if (decimals >= 0 && ++decimals > scale) {
      if (c != '0') refuse("has more decimals than fit exactly");
      continue;
    }
    // Accumulated negatively, because the most negative value has no positive twin.
    if (__builtin_mul_overflow(units, Int128{10}, &units) || __builtin_sub_overflow(units, Int128{c - '0'}, &units))
      refuse("is out of range");
  }
  if (digits == 0 || text.back() == '.') refuse("is not a decimal number");
  for (int i = std::clamp(decimals, 0, scale); i < scale; ++i)
    if (__builtin_mul_overflow(units, Int128{10}, &units)) refuse("is out of range");
  if (negative) return units;
  if (__builtin_sub_overflow(Int128{0}, units, &units)) refuse("is out of range");
  return units;
}

std::string format(Int128 value, int scale) {
  const bool negative = value < 0;
  unsigned __int128 rest = negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string reversed;
  bool significant = false;  // trailing zeros after the point are dropped
  for (int i = 0; i < scale; ++i) {
    const char digit = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
    significant |= digit != '0';
    if (significant) reversed.push_back(digit);
  }
  if (significant) reversed.push_back('.');
  do {
    reversed.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (negative) reversed.push_back('-');
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

}  // namespace tally::decimal_text
