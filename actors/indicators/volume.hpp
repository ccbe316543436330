// Price and volume together: on-balance volume, money flow index, rolling volume-weighted average price.
#pragma once

#include "actors/indicators/bar.hpp"
#include "actors/indicators/moving_average.hpp"

namespace tally::indicators {

// Begins with the first bar's volume.
class Obv {
 public:
  void update(const Bar& bar) {
    if (!begun_ || bar.close > last_close_) value_ += bar.volume;
    else if (bar.close < last_close_) value_ -= bar.volume;
    last_close_ = bar.close;
    begun_ = true;
  }
  bool ready() const { return begun_; }
  double value() const { return value_; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.begun_, self.last_close_, self.value_);
  }

 private:
  bool begun_ = false;
  double last_close_ = 0, value_ = 0;
};

// 0 to 100; 0 where less than one unit of money flowed in the window, as in TA-Lib.
class Mfi {
 public:
  explicit Mfi(std::size_t period) : up_(period), down_(period) {}

  void update(const Bar& bar) {
    const double typical = typical_price(bar), change = typical - last_;
    last_ = typical;
    if (!begun_) {
      begun_ = true;
      return;
    }
    const double flow = typical * bar.volume;
    up_.update(change > 0 ? flow : 0);
    down_.update(change < 0 ? flow : 0);
  }
  bool ready() const { return up_.ready(); }
  double value() const {
    const double both = up_.total() + down_.total();
    return both < 1.0 ? 0 : 100.0 * (up_.total() / both);
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.begun_, self.last_, self.up_, self.down_);
  }

 private:
  bool begun_ = false;
  double last_ = 0;
  RollingSum<double, double> up_, down_;
};

// Of typical prices. Where the window holds no volume: their plain mean.
class Vwap {
 public:
  explicit Vwap(std::size_t period) : typical_(period), volume_(period) {}

  void update(const Bar& bar) {
    typical_.push(typical_price(bar));
    volume_.push(bar.volume);
    if (count_ < typical_.size()) ++count_;
  }
  bool ready() const { return count_ == typical_.size(); }
  // Summed anew each time: what a great volume left in a running sum would outlast it.
  double value() const {
    double money = 0, volume = 0, prices = 0;
    for (std::size_t i = 0; i < typical_.size(); ++i) {
      money += typical_.cells()[i] * volume_.cells()[i];
      volume += volume_.cells()[i];
      prices += typical_.cells()[i];
    }
    return volume != 0 ? money / volume : prices / static_cast<double>(typical_.size());
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.typical_, self.volume_, self.count_);
  }

 private:
  Window<double> typical_, volume_;
  std::size_t count_ = 0;
};

}  // namespace tally::indicators
