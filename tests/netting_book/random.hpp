// A seeded generator for the law tests. Every history has its own seed; a failure prints it, and TALLY_SEED replays it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace tally {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // splitmix64
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  // low <= result <= high
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % (static_cast<std::uint64_t>(high - low) + 1));
  }
  bool one_in(std::int64_t n) { return between(1, n) == 1; }

 private:
  std::uint64_t state_;
};

// The seeds of a law test: `first`, first + 1, ... (`histories` of them), or only the one that TALLY_SEED names.
struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t histories = 1;

  static Seeds of(std::uint64_t histories) {
    const char* only = std::getenv("TALLY_SEED");
    return only ? Seeds{std::strtoull(only, nullptr, 10), 1} : Seeds{1, histories};
  }
  static std::string replay(std::uint64_t seed, const char* title) {
    return "replay with: TALLY_SEED=" + std::to_string(seed) + " test_netting_book \"" + title + "\"";
  }
};

}  // namespace tally
