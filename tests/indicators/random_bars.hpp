// Bars that a market could have made: a walk with gaps, flat stretches and bars without volume.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <bit>
#include <span>
#include <vector>

#include "actors/indicators/bar.hpp"

namespace tally::indicators {

inline std::vector<Bar> random_bars(std::size_t count) {
  const auto step = [] { return *rc::gen::inRange(-40, 41) / 64.0; };  // eighths of eighths: exact in binary
  std::vector<Bar> bars;
  double price = 100;
  for (std::size_t i = 0; i < count; ++i) {
    const bool flat = *rc::gen::inRange(0, 8) == 0;
    Bar bar;
    bar.open = flat ? price : std::max(1.0, price + step());
    bar.close = flat ? price : std::max(1.0, bar.open + step());
    bar.high = flat ? price : std::max(bar.open, bar.close) + std::max(0.0, step());
    bar.low = flat ? price : std::max(0.5, std::min(bar.open, bar.close) - std::max(0.0, step()));
    bar.volume = *rc::gen::inRange(0, 6) == 0 ? 0 : *rc::gen::inRange(1, 1'000);
    price = bar.close;
    bars.push_back(bar);
  }
  return bars;
}

// Bit for bit.
inline bool same(std::span<const double> a, std::span<const double> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y); });
}

}  // namespace tally::indicators
