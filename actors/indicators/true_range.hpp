// True range, and its average after Wilder.
#pragma once

#include <algorithm>
#include <cmath>

#include "actors/indicators/bar.hpp"
#include "actors/indicators/state.hpp"

namespace tally::indicators {

inline double true_range(const Bar& bar, double last_close) {
  return std::max({bar.high - bar.low, std::fabs(last_close - bar.high), std::fabs(last_close - bar.low)});
}

class TrueRange {
 public:
  void update(const Bar& bar) {
    if (bars_ > 0) value_ = true_range(bar, last_close_);
    if (bars_ < 2) ++bars_;
    last_close_ = bar.close;
  }
  bool ready() const { return bars_ == 2; }
  double value() const { return value_; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.bars_, self.last_close_, self.value_);
  }

 private:
  std::size_t bars_ = 0;  // up to 2
  double last_close_ = 0, value_ = 0;
};

class Atr {
 public:
  explicit Atr(std::size_t period) : period_(period) {}

  void update(const Bar& bar) {
    range_.update(bar);
    if (!range_.ready()) return;
    const auto n = static_cast<double>(period_);
    if (count_ == period_) {
      value_ = (value_ * (n - 1) + range_.value()) / n;
    } else {
      value_ += range_.value();  // their sum, until there are n
      if (++count_ == period_) value_ /= n;
    }
  }
  bool ready() const { return count_ == period_; }
  double value() const { return value_; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.range_, self.count_, self.value_);
  }

 private:
  std::size_t period_;
  TrueRange range_;
  std::size_t count_ = 0;  // ranges, up to n
  double value_ = 0;
};

}  // namespace tally::indicators
