// How far a series is from where it was: rate of change, z-score, commodity channel index.
#pragma once

#include <cmath>

#include "actors/indicators/bar.hpp"
#include "actors/indicators/window.hpp"

namespace tally::indicators {

// Per cent of the value of n bars ago; 0 where that was zero.
class Roc {
 public:
  explicit Roc(std::size_t period) : window_(period) {}

  void update(double value) {
    before_ = window_.push(value);
    if (count_ <= window_.size()) ++count_;
    value_ = value;
  }
  bool ready() const { return count_ > window_.size(); }
  double value() const { return before_ != 0 ? (value_ / before_ - 1.0) * 100.0 : 0; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.window_, self.count_, self.before_, self.value_);
  }

 private:
  Window<double> window_;
  std::size_t count_ = 0;  // up to n + 1
  double before_ = 0, value_ = 0;
};

// The mean of a full window, summed in the order of its ring.
inline double mean_of(std::span<const double> cells) {
  double sum = 0;
  for (const double cell : cells) sum += cell;
  return sum / static_cast<double>(cells.size());
}

// Population standard deviations from the mean of the last n values, this one included; 0 where they are all the same.
class ZScore {
 public:
  explicit ZScore(std::size_t period) : window_(period) {}

  void update(double value) {
    window_.push(value);
    if (count_ < window_.size()) ++count_;
    value_ = value;
  }
  bool ready() const { return count_ == window_.size(); }
  double value() const {
    const double mean = mean_of(window_.cells());
    double squares = 0;
    bool moved = false;  // the rounded mean of equal values may differ from them, and would be all the deviation there is
    for (const double cell : window_.cells()) {
      squares += (cell - mean) * (cell - mean);
      moved = moved || cell != value_;
    }
    return moved && squares > 0 ? (value_ - mean) / std::sqrt(squares / static_cast<double>(window_.size())) : 0;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.window_, self.count_, self.value_);
  }

 private:
  Window<double> window_;
  std::size_t count_ = 0;
  double value_ = 0;
};

class Cci {
 public:
  explicit Cci(std::size_t period) : window_(period) {}

  void update(const Bar& bar) {
    last_ = typical_price(bar);
    window_.push(last_);
    if (count_ < window_.size()) ++count_;
  }
  bool ready() const { return count_ == window_.size(); }
  double value() const {
    const double mean = mean_of(window_.cells()), distance = last_ - mean;
    double deviation = 0;
    for (const double cell : window_.cells()) deviation += std::fabs(cell - mean);
    if (distance == 0 || deviation == 0) return 0;
    return distance / (0.015 * (deviation / static_cast<double>(window_.size())));
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.window_, self.count_, self.last_);
  }

 private:
  Window<double> window_;
  std::size_t count_ = 0;
  double last_ = 0;
};

}  // namespace tally::indicators
