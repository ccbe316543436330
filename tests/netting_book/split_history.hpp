// One random history of a split, held to its laws at every stop. Shared by the tests and by bench/split.cpp.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "actors/netting_book/split.hpp"
#include "tests/netting_book/random.hpp"

namespace tally::split_history {

using Lots = std::vector<std::int64_t>;

inline Lots weights_of(const std::vector<Share>& shares) {
  Lots weights;
  for (const Share& share : shares) weights.push_back(share.weight);
  return weights;
}

inline std::int64_t sum(const Lots& lots) { return std::accumulate(lots.begin(), lots.end(), std::int64_t{0}); }

// Takes the shares on to `given` and returns what each has then.
inline Lots move_on(std::vector<Share>& shares, std::int64_t given) {
  Lots allotments(shares.size());
  allot(shares, sum(weights_of(shares)), given, allotments);
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i].allotted = allotments[i];
  return allotments;
}

inline std::vector<Share> shares_of(const Lots& weights, const std::string& batch = "BTC-USD#1") {
  std::vector<Share> shares;
  for (std::size_t i = 0; i < weights.size(); ++i) shares.push_back({weights[i], 0, tie_of(batch, "sub-" + std::to_string(i))});
  return shares;
}

// |allotment - given*w/W| < 1, without dividing.
inline bool in_quota(std::int64_t allotment, std::int64_t given, std::int64_t weight, std::int64_t total) {
  const Int128 error = static_cast<Int128>(allotment) * total - static_cast<Int128>(given) * weight;
  return error < total && -error < total;
}

inline Lots random_weights(Random& random) {
  static constexpr std::int64_t largest[] = {1, 2, 10, 1'000, 1'000'000'000, std::int64_t{1} << 56};
  const std::int64_t most = largest[random.between(0, 5)];
  Lots weights;
  for (std::int64_t n = random.between(1, random.one_in(4) ? 60 : 8); n > 0; --n)
    weights.push_back(random.one_in(10) ? 0 : random.one_in(3) ? most : random.between(1, most));
  if (sum(weights) == 0) weights[0] = 1;
  return weights;
}

// Fills of one lot, of a few, of a large part; at times beyond the total weight.
inline std::int64_t random_step(Random& random, std::int64_t total) {
  if (random.one_in(3)) return 1;
  if (random.one_in(2)) return random.between(0, 5);
  return random.between(1, std::max<std::int64_t>(1, total / 3));
}

struct Broken {
  std::string law;
};

inline void hold(bool law, const char* name) {
  if (!law) throw Broken{name};
}

// One history: stops until the order is full (or a bit beyond). Returns the number of fills.
inline std::int64_t run_history(Random& random) {
  std::vector<Share> shares = shares_of(random_weights(random), "P#" + std::to_string(random.next() % 1000));
  const std::int64_t total = sum(weights_of(shares));
  std::int64_t fills = 0;
  for (std::int64_t given = 0; given < total + total / 4 && fills < 40; ++fills) {
    given += random_step(random, total);
    const std::vector<Share> before = shares;
    const Lots now = move_on(shares, given);
    hold(sum(now) == given, "exact");
    for (std::size_t i = 0; i < now.size(); ++i) {
      hold(now[i] >= before[i].allotted, "monotone");
      hold(in_quota(now[i], given, before[i].weight, total), "in quota");
    }
    // Never stuck: at any later stop, what is owed by then and what is already held fit together.
    const std::int64_t later = given + random_step(random, total);
    Int128 needed = 0;
    for (const Share& share : shares)
      needed += std::max<Int128>(share.allotted, static_cast<Int128>(later) * share.weight / total);
    hold(needed <= later, "never stuck");
  }
  return fills;
}

}  // namespace tally::split_history
