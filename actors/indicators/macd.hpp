// Moving average convergence divergence: the line, its signal, and their difference.
#pragma once

#include <array>

#include "actors/indicators/moving_average.hpp"

namespace tally::indicators {

class Macd {
 public:
  // fast < slow.
  Macd(std::size_t fast, std::size_t slow, std::size_t signal) : late_(slow - fast), fast_(fast), slow_(slow), signal_(signal) {}

  void update(double value) {
    slow_.update(value);
    if (skipped_ < late_) ++skipped_;  // so that both averages are seeded by the same bar, as TA-Lib does
    else fast_.update(value);
    if (slow_.ready()) signal_.update(fast_.value() - slow_.value());
  }
  bool ready() const { return signal_.ready(); }
  std::array<double, 3> values() const {
    const double line = fast_.value() - slow_.value();
    return {line, signal_.value(), line - signal_.value()};
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.skipped_, self.fast_, self.slow_, self.signal_);
  }

 private:
  std::size_t late_;
  std::size_t skipped_ = 0;
  Ema fast_, slow_, signal_;
};

}  // namespace tally::indicators
