// Moving averages of one series, for use without a virtual call. Formulas and first values: docs/indicators.md.
#pragma once

#include "actors/indicators/window.hpp"

namespace tally::indicators {

// The sum of the last n values: of doubles, or exact over integers.
template <class Number, class Total>
class RollingSum {
 public:
  explicit RollingSum(std::size_t period) : window_(period) {}

  void update(Number value) {
    total_ -= window_.push(value);
    total_ += value;
    if (count_ < window_.size()) ++count_;
  }
  bool ready() const { return count_ == window_.size(); }
  Total total() const { return total_; }
  std::size_t period() const { return window_.size(); }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.window_, self.count_, self.total_);
  }

 private:
  Window<Number> window_;
  std::size_t count_ = 0;
  Total total_ = 0;
};

class Sma {
 public:
  explicit Sma(std::size_t period) : sum_(period) {}

  void update(double value) { sum_.update(value); }
  bool ready() const { return sum_.ready(); }
  double value() const { return sum_.total() / static_cast<double>(sum_.period()); }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.sum_);
  }

 private:
  RollingSum<double, double> sum_;
};

// Over integers, such as the units of a Price (1e-9): the sum is exact, so two averages compare without rounding and a tie
// is a tie. For decisions on money.
class ExactSma {
 public:
  explicit ExactSma(std::size_t period) : sum_(period) {}

  void update(std::int64_t units) { sum_.update(units); }
  bool ready() const { return sum_.ready(); }
  __int128 total() const { return sum_.total(); }
  // Rounded towards minus infinity to a whole unit.
  std::int64_t value() const {
    const auto period = static_cast<__int128>(sum_.period());
    const __int128 quotient = total() / period;
    return static_cast<std::int64_t>(total() % period < 0 ? quotient - 1 : quotient);
  }
  // Negative, zero or positive as this average is less than, equal to or greater than `other`, exactly.
  int compare(const ExactSma& other) const {
    const __int128 left = total() * static_cast<__int128>(other.sum_.period());
    const __int128 right = other.total() * static_cast<__int128>(sum_.period());
    return left < right ? -1 : left > right ? 1 : 0;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.sum_);
  }

 private:
  RollingSum<std::int64_t, __int128> sum_;
};

// Seeded with the mean of the first n values.
class Ema {
 public:
  explicit Ema(std::size_t period) : period_(period), weight_(2.0 / static_cast<double>(period + 1)) {}

  void update(double value) {
    if (count_ == period_) {
      value_ += (value - value_) * weight_;
    } else {
      value_ += value;  // their sum, until there are n
      if (++count_ == period_) value_ /= static_cast<double>(period_);
    }
  }
  bool ready() const { return count_ == period_; }
  double value() const { return value_; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.count_, self.value_);
  }

 private:
  std::size_t period_;
  double weight_;
  std::size_t count_ = 0;
  double value_ = 0;
};

// The newest value weighs n, the oldest 1.
class Wma {
 public:
  explicit Wma(std::size_t period) : window_(period) {}

  void update(double value) {
    if (count_ == window_.size()) weighted_ -= plain_;  // every value of the window weighs one less
    else ++count_;
    plain_ += value;
    plain_ -= window_.push(value);
    weighted_ += value * static_cast<double>(count_);
  }
  bool ready() const { return count_ == window_.size(); }
  double value() const {
    const std::size_t period = window_.size();
    return weighted_ / static_cast<double>(period * (period + 1) / 2);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.window_, self.count_, self.plain_, self.weighted_);
  }

 private:
  Window<double> window_;
  std::size_t count_ = 0;
  double plain_ = 0, weighted_ = 0;
};

}  // namespace tally::indicators
