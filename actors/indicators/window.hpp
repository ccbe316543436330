// The last n values of a series, and the greatest or least of them. All memory is taken at construction.
#pragma once

#include <span>
#include <vector>

#include "actors/indicators/state.hpp"

namespace tally::indicators {

template <class Number>
class Window {
 public:
  explicit Window(std::size_t size) : cells_(size) {}

  // Puts `value` in and returns what it displaces: the value of n pushes ago, zero while the window fills.
  Number push(Number value) {
    const Number displaced = cells_[next_];
    cells_[next_] = value;
    if (++next_ == cells_.size()) next_ = 0;
    return displaced;
  }

  std::size_t size() const { return cells_.size(); }
  // In the order of the ring, which begins anew at every n-th value: sums over it round as TA-Lib's circular buffer does.
  std::span<const Number> cells() const { return cells_; }
  // How many pushes ago cell `index` was written; 0 is the newest.
  std::size_t age_of(std::size_t index) const { return (next_ + cells_.size() - 1 - index) % cells_.size(); }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.next_);
    if constexpr (Visitor::reads)
      if (self.next_ >= self.cells_.size()) throw StateError("a window of an indicator points beyond its end");
    for (auto& cell : self.cells_) visit(cell);
  }

 private:
  std::vector<Number> cells_;
  std::size_t next_ = 0;
};

// The greatest (Sign = 1) or least (Sign = -1) of the last n values. O(1) while it lasts, O(n) when it leaves the window.
template <int Sign>
class Extreme {
 public:
  explicit Extreme(std::size_t size) : window_(size) {}

  void update(double value) {
    window_.push(value);
    if (count_ < window_.size()) ++count_;
    if (count_ == 1 || Sign * value >= Sign * extreme_) {
      extreme_ = value;
      age_ = 0;
    } else if (++age_ == window_.size()) {
      search();
    }
  }
  bool ready() const { return count_ == window_.size(); }
  double value() const { return extreme_; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(self.window_, self.count_, self.age_, self.extreme_);
  }

 private:
  void search() {
    const std::span<const double> cells = window_.cells();
    std::size_t best = 0;
    for (std::size_t i = 1; i < cells.size(); ++i)
      if (Sign * cells[i] > Sign * cells[best] || (cells[i] == cells[best] && window_.age_of(i) < window_.age_of(best))) best = i;
    extreme_ = cells[best];
    age_ = window_.age_of(best);
  }

  Window<double> window_;
  std::size_t count_ = 0;
  std::size_t age_ = 0;  // pushes since the extreme came
  double extreme_ = 0;
};

using Highest = Extreme<1>;
using Lowest = Extreme<-1>;

}  // namespace tally::indicators
