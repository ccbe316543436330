// TA-Lib's limit below which a divisor or a variance counts as zero.
#pragma once

namespace tally::indicators {

inline constexpr double near_zero = 1e-14;
inline bool is_near_zero(double value) { return -near_zero < value && value < near_zero; }

}  // namespace tally::indicators
