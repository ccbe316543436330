// Bollinger bands: a simple average, and `deviations` population standard deviations above and below.
#pragma once

#include <array>
#include <cmath>

#include "actors/indicators/moving_average.hpp"
#include "actors/indicators/near_zero.hpp"

namespace tally::indicators {

class Bollinger {
 public:
  Bollinger(std::size_t period, double deviations) : deviations_(deviations), sum_(period), squares_(period) {}

  void update(double value) {
    sum_.update(value);
    squares_.update(value * value);
  }
  bool ready() const { return sum_.ready(); }
  // Upper, middle, lower. The variance is mean of squares less square of mean, over running sums, as TA-Lib has it.
  std::array<double, 3> values() const {
    const auto n = static_cast<double>(sum_.period());
    const double middle = sum_.total() / n;
    const double variance = squares_.total() / n - middle * middle;
    const double width = variance < near_zero ? 0 : std::sqrt(variance) * deviations_;
    return {middle + width, middle, middle - width};
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.sum_, self.squares_);
  }

 private:
  double deviations_;
  RollingSum<double, double> sum_, squares_;
};

}  // namespace tally::indicators
