// Where the price stands between the highest high and the lowest low of the last n bars: Donchian, stochastic, Williams %R.
#pragma once

#include <array>

#include "actors/indicators/bar.hpp"
#include "actors/indicators/moving_average.hpp"

namespace tally::indicators {

class Donchian {
 public:
  explicit Donchian(std::size_t period) : high_(period), low_(period) {}

  void update(const Bar& bar) {
    high_.update(bar.high);
    low_.update(bar.low);
  }
  bool ready() const { return high_.ready(); }
  double highest() const { return high_.value(); }
  double lowest() const { return low_.value(); }
  std::array<double, 3> values() const { return {highest(), (highest() + lowest()) / 2, lowest()}; }  // upper, middle, lower

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.high_, self.low_);
  }

 private:
  Highest high_;
  Lowest low_;
};

// Slow %K and %D: simple averages of fast %K and of slow %K. Both begin where %D does.
class Stochastic {
 public:
  Stochastic(std::size_t fast_k, std::size_t slow_k, std::size_t slow_d) : channel_(fast_k), slow_k_(slow_k), slow_d_(slow_d) {}

  void update(const Bar& bar) {
    channel_.update(bar);
    if (!channel_.ready()) return;
    const double percent = (channel_.highest() - channel_.lowest()) / 100.0;
    slow_k_.update(percent != 0 ? (bar.close - channel_.lowest()) / percent : 0);
    if (slow_k_.ready()) slow_d_.update(slow_k_.value());
  }
  bool ready() const { return slow_d_.ready(); }
  std::array<double, 2> values() const { return {slow_k_.value(), slow_d_.value()}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.channel_, self.slow_k_, self.slow_d_);
  }

 private:
  Donchian channel_;
  Sma slow_k_, slow_d_;
};

// -100 (at the low) to 0 (at the high).
class WilliamsR {
 public:
  explicit WilliamsR(std::size_t period) : channel_(period) {}

  void update(const Bar& bar) {
    channel_.update(bar);
    close_ = bar.close;
  }
  bool ready() const { return channel_.ready(); }
  double value() const {
    const double percent = (channel_.highest() - channel_.lowest()) / -100.0;
    return percent != 0 ? (channel_.highest() - close_) / percent : 0;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.channel_, self.close_);
  }

 private:
  Donchian channel_;
  double close_ = 0;
};

}  // namespace tally::indicators
