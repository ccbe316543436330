// floor(q*w/W) and the remainder for many w of one q and W, without a division for each: one reciprocal is taken, and its
// estimate is at most one too low.
#pragma once

#include <cstdint>

namespace tally {

class ProRata {
 public:
  struct Result {
    std::int64_t floor;
    std::uint64_t remainder;  // < W
  };

  // q >= 0, W > 0
  ProRata(std::int64_t q, std::int64_t total)
      : total_(static_cast<std::uint64_t>(total)),
        rounds_(static_cast<std::uint64_t>(q) / total_),
        part_(static_cast<std::uint64_t>(q) % total_),
        reciprocal_(static_cast<std::uint64_t>((static_cast<unsigned __int128>(part_) << 64) / total_)) {}

  // 0 <= w <= W. With part = q mod W, the reciprocal is below part*2^64/W by less than 1, so the estimate is below
  // part*w/W by less than w/2^64 + 1 < 3/2: the remainder it leaves is below 3W/2 < 2^64, and one correction is enough.
  Result of(std::int64_t weight) const {
    const auto w = static_cast<std::uint64_t>(weight);
    auto floor = static_cast<std::uint64_t>((static_cast<unsigned __int128>(reciprocal_) * w) >> 64);
    std::uint64_t remainder = part_ * w - floor * total_;
    const bool low = remainder >= total_;
    remainder -= low ? total_ : 0;
    floor += low ? 1 : 0;
    return {static_cast<std::int64_t>(rounds_ * w + floor), remainder};
  }

 private:
  std::uint64_t total_;
  std::uint64_t rounds_;
  std::uint64_t part_;
  std::uint64_t reciprocal_;
};

}  // namespace tally
