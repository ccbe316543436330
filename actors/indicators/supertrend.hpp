// Supertrend: a stop that trails the price by a multiple of the average true range and never moves away from it; the trend
// turns where a close passes it.
#pragma once

#include <array>

#include "actors/indicators/true_range.hpp"

namespace tally::indicators {

class Supertrend {
 public:
  Supertrend(std::size_t period, double multiple) : multiple_(multiple), range_(period) {}

  void update(const Bar& bar) {
    range_.update(bar);
    if (range_.ready()) follow(bar);
    last_close_ = bar.close;
  }
  bool ready() const { return begun_; }
  // The stop, and the trend: 1 up (the stop is the lower band), -1 down (the upper).
  std::array<double, 2> values() const { return {rising_ ? lower_ : upper_, rising_ ? 1.0 : -1.0}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.range_, self.begun_, self.rising_, self.last_close_, self.upper_, self.lower_);
  }

 private:
  void follow(const Bar& bar) {
    const double middle = (bar.high + bar.low) / 2, distance = multiple_ * range_.value();
    const double upper = middle + distance, lower = middle - distance;
    if (!begun_) {
      begun_ = true;
      upper_ = upper;
      lower_ = lower;
      rising_ = bar.close >= middle;
      return;
    }
    if (upper < upper_ || last_close_ > upper_) upper_ = upper;
    if (lower > lower_ || last_close_ < lower_) lower_ = lower;
    if (rising_ ? bar.close < lower_ : bar.close > upper_) rising_ = !rising_;
  }

  double multiple_;
  Atr range_;
  bool begun_ = false, rising_ = false;
  double last_close_ = 0, upper_ = 0, lower_ = 0;
};

}  // namespace tally::indicators
