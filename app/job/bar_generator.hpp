// Minute bars out of nothing but a seed: the same on every machine, because no floating point is involved.
//
// The model, per product and minute. z stands for a fresh draw that is nearly normal: the sum of twelve uniform
// 16-bit numbers less its mean, in units of 2^-16 (variance 1). Draws come from splitmix64, seeded with
// seed XOR hash of the product's name.
//   regime     every 180 minutes a drift is drawn: up, none or down with equal chance, of a tenth of the volatility
//   volatility v: v += (v_base - v) / 64 + |z| > 2 ? v / 8 : 0, never beyond 4 x v_base   (calm, then bursts)
//   price      eight steps of   p += p x (drift + v x z) / sqrt(8),   all rounded to 2^-16 ticks
//   bar        open, high, low and close of the eight steps, rounded to ticks; volume = base x (1 + range / expected range),
//              in whole lots
// Prices stay within [1/4, 4] of where they began: a step beyond is reflected. It is a stage set, not a market.
#pragma once

#include "app/job/bars.hpp"

namespace tally::job {

// 64 random bits from a counter (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  // In [0, bound).
  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>((*this)()) * bound) >> 64);
  }

 private:
  std::uint64_t state_;
};

// `count` bars of a product of default_products(), the first opening at `start`.
Series generate_bars(const ProductDefined& product, std::uint64_t seed, std::size_t count, Time start = default_start);

}  // namespace tally::job
