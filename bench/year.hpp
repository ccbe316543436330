// A year of the benchmark's minutes, and the limit that crossings of two averages are measured against.
#pragma once

#include <benchmark/benchmark.h>

#include "bench/bars.hpp"

namespace tally::bench {

inline const std::vector<Bar>& year() {
  static const auto all = generate_bars(0, 525'600);
  return all;
}

inline void count_bars(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(year().size()));
}

// The limit: two sums over one array of closes.
inline void bare_crossing(benchmark::State& state) {
  const auto& bars = year();
  for (auto _ : state) {
    std::int64_t fast = 0, slow = 0;
    int crossings = 0;
    bool above = false;
    for (std::size_t i = 0; i < bars.size(); ++i) {
      fast += bars[i].close - (i >= 10 ? bars[i - 10].close : 0);
      slow += bars[i].close - (i >= 30 ? bars[i - 30].close : 0);
      crossings += above != (3 * fast > slow);
      above = 3 * fast > slow;
    }
    benchmark::DoNotOptimize(crossings);
  }
  count_bars(state);
}

}  // namespace tally::bench
