// Sums of many doubles that lose nothing worth naming on the way (Neumaier's compensated sum): the error is about that of
// rounding the exact sum once, in whichever order the numbers come.
#pragma once

#include <cmath>
#include <span>

namespace tally::statistics {

class Sum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

// NaN of nothing.
double mean_of(std::span<const double> values);
// Of a sample: divides by n - 1. NaN of fewer than two.
double deviation_of(std::span<const double> values);

}  // namespace tally::statistics
