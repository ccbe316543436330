// The benchmark's bars: integers only, so the same on every machine.
//
// splitmix64 seeded with 20260801 + symbol x 1000003; price unit 1e-4, start 1,000,000 (100.0000), floor 1,000. A bar is
// four sub-steps of p += p x g / 189,185,000, where g is the sum of four uniform 16-bit numbers less 131,070 (a
// standard deviation of 0.02 %). open is the price before the first sub-step; a bar a minute from 2024-01-01.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tally::bench {

struct Bar {
  std::int64_t at;     // seconds since 1970
  std::int64_t open, high, low, close;   // 1e-4
  std::int64_t volume;
};

inline std::vector<Bar> generate_bars(std::uint64_t symbol, std::size_t count) {
  std::uint64_t state = 20'260'801 + symbol * 1'000'003;
  const auto next = [&state] {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  };
  std::vector<Bar> bars;
  bars.reserve(count);
  std::int64_t price = 1'000'000;
  for (std::size_t i = 0; i < count; ++i) {
    Bar bar{1'704'067'200 + 60 * static_cast<std::int64_t>(i), price, price, price, price, 0};
    for (int step = 0; step < 4; ++step) {
      const std::uint64_t r = next();
      const std::int64_t g = static_cast<std::int64_t>(r & 0xFFFF) + static_cast<std::int64_t>((r >> 16) & 0xFFFF) +
                             static_cast<std::int64_t>((r >> 32) & 0xFFFF) + static_cast<std::int64_t>(r >> 48) - 131'070;
      price = std::max<std::int64_t>(1'000, price + price * g / 189'185'000);
      bar.high = std::max(bar.high, price);
      bar.low = std::min(bar.low, price);
    }
    bar.close = price;
    bar.volume = 1 + static_cast<std::int64_t>(next() % 1'000);
    bars.push_back(bar);
  }
  return bars;
}

}  // namespace tally::bench
