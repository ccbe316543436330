// The one source of chance of a simulated world. The same seed throws the same numbers on every machine.
#pragma once

#include <cstdint>

namespace tally::simulation {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0xD1342543DE82EF95u + 0x9E3779B97F4A7C15u) {}

  std::uint64_t next() {  // splitmix64
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return mixed ^ mixed >> 31;
  }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::size_t below(std::size_t count) { return next() % count; }
  bool chance(int per_mille) { return static_cast<int>(next() % 1000) < per_mille; }

 private:
  std::uint64_t state_;
};

}  // namespace tally::simulation
