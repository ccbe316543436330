// Wilder's relative strength index of one series, 0 to 100.
#pragma once

#include "actors/indicators/near_zero.hpp"
#include "actors/indicators/state.hpp"

namespace tally::indicators {

class Rsi {
 public:
  explicit Rsi(std::size_t period) : period_(period) {}

  void update(double value) {
    const double change = value - last_;
    last_ = value;
    if (!begun_) {
      begun_ = true;
      return;
    }
    const double gain = change > 0 ? change : 0, loss = change < 0 ? -change : 0;
    const auto n = static_cast<double>(period_);
    if (count_ == period_) {
      gain_ = (gain_ * (n - 1) + gain) / n;
      loss_ = (loss_ * (n - 1) + loss) / n;
      return;
    }
    gain_ += gain;  // their sums, until there are n
    loss_ += loss;
    if (++count_ == period_) {
      gain_ /= n;
      loss_ /= n;
    }
  }
  bool ready() const { return count_ == period_; }
  double value() const {
    const double both = gain_ + loss_;
    return is_near_zero(both) ? 0 : 100.0 * (gain_ / both);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.begun_, self.count_, self.last_, self.gain_, self.loss_);
  }

 private:
  std::size_t period_;
  bool begun_ = false;
  std::size_t count_ = 0;  // changes, up to n
  double last_ = 0, gain_ = 0, loss_ = 0;
};

}  // namespace tally::indicators
