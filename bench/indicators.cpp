// Indicators over the benchmark's year of minutes: bars a second of each kind behind its virtual call, and of the concrete
// classes that a backtest uses without one, beside two bare sums in the same run.
#include "actors/indicators/moving_average.hpp"
#include "actors/indicators/spec.hpp"
#include "bench/year.hpp"

namespace {

using namespace tally::indicators;
using tally::bench::bare_crossing;
using tally::bench::count_bars;
using tally::bench::year;

const std::vector<Bar>& year_in_doubles() {
  static const auto all = [] {
    std::vector<Bar> bars;
    const auto price = [](std::int64_t units) { return static_cast<double>(units) / 1e4; };
    for (const auto& bar : year())
      bars.push_back({price(bar.open), price(bar.high), price(bar.low), price(bar.close), static_cast<double>(bar.volume)});
    return bars;
  }();
  return all;
}

BENCHMARK(bare_crossing)->Unit(benchmark::kMillisecond);

void exact_crossing(benchmark::State& state) {
  for (auto _ : state) {
    ExactSma fast(10), slow(30);
    int crossings = 0;
    bool above = false;
    for (const auto& bar : year()) {
      fast.update(bar.close);
      slow.update(bar.close);
      const bool now = fast.compare(slow) > 0;
      crossings += above != now;
      above = now;
    }
    benchmark::DoNotOptimize(crossings);
  }
  count_bars(state);
}
BENCHMARK(exact_crossing)->Unit(benchmark::kMillisecond);

void ema_without_virtual_call(benchmark::State& state) {
  for (auto _ : state) {
    Ema ema(30);
    for (const Bar& bar : year_in_doubles()) ema.update(bar.close);
    benchmark::DoNotOptimize(ema.value());
  }
  count_bars(state);
}
BENCHMARK(ema_without_virtual_call)->Unit(benchmark::kMillisecond);

void by_spec(benchmark::State& state, const Spec& spec) {
  for (auto _ : state) {
    const auto indicator = spec.make();
    double last = 0;
    for (const Bar& bar : year_in_doubles()) {
      indicator->update(bar);
      if (!indicator->values().empty()) last = indicator->values().front();
    }
    benchmark::DoNotOptimize(last);
  }
  count_bars(state);
}

}  // namespace

int main(int argc, char** argv) {
  for (const Kind& kind : kinds()) {
    const Spec spec = Spec::parse(kind.name);
    benchmark::RegisterBenchmark(spec.text().c_str(), by_spec, spec)->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
