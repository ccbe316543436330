// sma() of prices as strategies have it: over integers of 1e-9, divided once. Two means that are equal are equal as doubles, too,
// so a tie is a tie and never a crossing; running sums of doubles would decide such bars by their rounding.
#pragma once

#include <cmath>

#include "actors/indicators/indicator.hpp"
#include "actors/indicators/moving_average.hpp"
#include "messages/decimal.hpp"

namespace tally::strategy {

class ExactMean final : public indicators::Indicator {
 public:
  explicit ExactMean(std::size_t period) : period_(static_cast<double>(period)), mean_(period) {}

  // Throws DecimalError where the close is no Price.
  void update(const indicators::Bar& bar) override {
    if (!(std::fabs(bar.close) < 9.2e9)) throw DecimalError("a price outside the range of Price came to sma()");
    mean_.update(static_cast<std::int64_t>(bar.close * 1e9 + (bar.close < 0 ? -0.5 : 0.5)));  // to the nearest unit
    take_value();
  }
  void write_state(indicators::StateWriter& out) const override { out(mean_); }
  void read_state(indicators::StateReader& in) override {
    in(mean_);
    take_value();
  }

 private:
  void take_value() {
    if (!mean_.ready()) return;
    const auto narrow = static_cast<std::int64_t>(mean_.total());  // which almost every sum is, and quicker to convert
    values_[0] = (narrow == mean_.total() ? static_cast<double>(narrow) : static_cast<double>(mean_.total())) / (period_ * 1e9);
    count_ = 1;
  }

  double period_;
  indicators::ExactSma mean_;
};

}  // namespace tally::strategy
