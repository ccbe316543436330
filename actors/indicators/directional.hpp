// Wilder's directional movement: +DI, -DI and ADX, each 0 to 100.
#pragma once

#include <optional>

#include "actors/indicators/near_zero.hpp"
#include "actors/indicators/true_range.hpp"

namespace tally::indicators {

// The smoothed sums of which all three are made.
class DirectionalMovement {
 public:
  explicit DirectionalMovement(std::size_t period) : period_(period) {}

  void update(const Bar& bar) {
    const double up = bar.high - last_.high, down = last_.low - bar.low;
    const double range = true_range(bar, last_.close);
    last_ = bar;
    if (!begun_) {
      begun_ = true;
      return;
    }
    if (count_ < period_) ++count_;
    if (count_ == period_) {  // the first n - 1 are summed as they are, as TA-Lib does
      const auto n = static_cast<double>(period_);
      plus_ -= plus_ / n;
      minus_ -= minus_ / n;
      range_ -= range_ / n;
    }
    if (down > 0 && up < down) minus_ += down;
    else if (up > 0 && up > down) plus_ += up;
    range_ += range;
  }
  bool ready() const { return count_ == period_; }
  double plus() const { return is_near_zero(range_) ? 0 : 100.0 * (plus_ / range_); }
  double minus() const { return is_near_zero(range_) ? 0 : 100.0 * (minus_ / range_); }

  // Nothing where neither direction moved.
  std::optional<double> index() const {
    const double both = minus() + plus();
    if (is_near_zero(both)) return std::nullopt;
    return 100.0 * (std::fabs(minus() - plus()) / both);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.begun_, self.count_, self.last_.high, self.last_.low, self.last_.close, self.plus_, self.minus_, self.range_);
  }

 private:
  std::size_t period_;
  bool begun_ = false;
  std::size_t count_ = 0;  // changes, up to n
  Bar last_;
  double plus_ = 0, minus_ = 0, range_ = 0;
};

class PlusDi : public DirectionalMovement {
 public:
  using DirectionalMovement::DirectionalMovement;
  double value() const { return plus(); }
};

class MinusDi : public DirectionalMovement {
 public:
  using DirectionalMovement::DirectionalMovement;
  double value() const { return minus(); }
};

class Adx {
 public:
  explicit Adx(std::size_t period) : period_(period), movement_(period) {}

  void update(const Bar& bar) {
    movement_.update(bar);
    if (!movement_.ready()) return;
    const std::optional<double> index = movement_.index();
    const auto n = static_cast<double>(period_);
    if (count_ == period_) {
      if (index) value_ = (value_ * (n - 1) + *index) / n;
      return;
    }
    value_ += index.value_or(0);  // their sum, until there are n
    if (++count_ == period_) value_ /= n;
  }
  bool ready() const { return count_ == period_; }
  double value() const { return value_; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.movement_, self.count_, self.value_);
  }

 private:
  std::size_t period_;
  DirectionalMovement movement_;
  std::size_t count_ = 0;  // indices, up to n
  double value_ = 0;
};

}  // namespace tally::indicators
