// How long to wait before trying again: twice as long each time up to a limit, of which a random share between half and all is
// taken, so that many who lost one venue do not all come back at once. Pure: randomness comes from a seed.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tally::binance {

class Backoff {
 public:
  Backoff(std::int64_t first_ms, std::int64_t most_ms, std::uint64_t seed)
      : first_ms_(first_ms), most_ms_(most_ms), state_(seed) {}

  std::int64_t next_ms() {
    const std::int64_t whole = std::min(most_ms_, first_ms_ << std::min(failures_, 20u));
    ++failures_;
    return whole / 2 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(whole / 2 + 1));
  }
  void reset() { failures_ = 0; }
  unsigned failures() const { return failures_; }

 private:
  std::uint64_t random() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  std::int64_t first_ms_, most_ms_;
  std::uint64_t state_;
  unsigned failures_ = 0;
};

}  // namespace tally::binance
