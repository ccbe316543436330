// A series of any length for a picture of some width: each point stands for a run of equal length, by its lowest, highest and
// last value. Memory is bounded: when all points are taken, pairs become one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tally::backtest {

struct ThinPoint {
  std::int64_t at = 0;  // of the last value
  double low = 0;
  double high = 0;
  double last = 0;
};

class Thinned {
 public:
  static constexpr std::size_t points_max = 2'000;  // even

  void add(std::int64_t at, double value) {
    if (filled_ == 0) {
      if (points_.size() == points_max) halve();
      points_.push_back({at, value, value, value});
    }
    ThinPoint& point = points_.back();
    point = {at, std::min(point.low, value), std::max(point.high, value), value};
    filled_ = (filled_ + 1) % length_;
  }

  const std::vector<ThinPoint>& points() const { return points_; }

 private:
  void halve() {
    for (std::size_t i = 0; i < points_max / 2; ++i) {
      const ThinPoint &a = points_[2 * i], &b = points_[2 * i + 1];
      points_[i] = {b.at, std::min(a.low, b.low), std::max(a.high, b.high), b.last};
    }
    points_.resize(points_max / 2);
    length_ *= 2;
  }

  std::vector<ThinPoint> points_;
  std::uint64_t length_ = 1;  // values a point
  std::uint64_t filled_ = 0;  // of the last point
};

}  // namespace tally::backtest
