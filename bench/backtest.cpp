// The benchmark's SMA(10/30) on 525,600 bars through the whole pipeline (bars, indicators, strategy, signal, sizing, netting,
// risk, broker session, simulated venue, fill, split, lots), beside the bare loop in the same run. Every event is encoded into
// memory.
//
// First goal: 10,000,000 bars/s and 0.03 of the bare loop. The answer is exact or the program fails: 20,250 fills,
// gross 21.6180, fee 405.229701.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "app/backtest/run.hpp"
#include "bench/bars.hpp"
#include "messages/stored.hpp"

using namespace tally;

namespace {

// Of processor time: what else the machine does is not counted.
double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Answer {
  std::int64_t fills = 0;
  Money gross, fee;
};

Answer bare_loop(const std::vector<bench::Bar>& bars) {
  std::int64_t gross = 0, fee = 0, entry = 0, fills = 0, fast = 0, slow = 0, fast_before = 0, slow_before = 0;
  int position = 0, wanted = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (wanted != position) {
      fee += bars[i].open * 2;
      ++fills;
      if (wanted) entry = bars[i].open;
      else gross += bars[i].open - entry;
      position = wanted;
    }
    fast += bars[i].close - (i >= 10 ? bars[i - 10].close : 0);
    slow += bars[i].close - (i >= 30 ? bars[i - 30].close : 0);
    if (i >= 30) {
      if (fast_before <= slow_before && 3 * fast > slow) wanted = 1;
      else if (fast_before >= slow_before && 3 * fast < slow) wanted = 0;
    }
    fast_before = 3 * fast;
    slow_before = slow;
  }
  const auto money = [](std::int64_t units, std::int64_t of) { return Money::from_units(static_cast<Int128>(units) * of); };
  return {fills, money(gross, 100'000'000'000'000), money(fee, 10'000'000'000)};
}

std::vector<backtest::MarketChunk> chunks_of(const std::vector<bench::Bar>& bars) {
  const auto price = [](std::int64_t units) { return Price::from_units(units * 100'000); };
  std::vector<backtest::MarketChunk> chunks;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (i % 4'096 == 0) chunks.emplace_back();
    const bench::Bar& bar = bars[i];
    const Time opened{bar.at * ns_per_s};
    chunks.back().bars.push_back({ProductId("W1"), price(bar.open), price(bar.high), price(bar.low), price(bar.close),
                                  Quantity::whole(bar.volume), opened, opened + 60 * ns_per_s});
    chunks.back().series.push_back(0);
  }
  return chunks;
}

std::vector<strategy::ProgramPtr> programs_of(const backtest::Config& config) {
  std::vector<strategy::ProgramPtr> programs;
  for (const backtest::StrategyChoice& choice : config.strategies) programs.push_back(choice.program);
  return programs;
}

struct Encoded {
  std::uint64_t entries = 0, events = 0, bytes = 0;
};

// encode: events to bytes; else they are only counted.
Answer pipeline(const backtest::Config& config, const std::vector<backtest::MarketChunk>& chunks, bool encode,
                Encoded& written) {
  static std::vector<std::byte> arena;  // events kept in memory
  arena.clear();
  Answer answer;
  backtest::Run::Listeners listeners;
  listeners.record.segment = [&](const Trade&, const Segment& segment) { answer.gross += segment.match.realized; };
  listeners.journal = [&](Symbol, const Entry& entry) {
    ++written.entries;
    written.events += entry.events.size();
    if (encode) store_entry(entry, arena);
  };
  backtest::Run run(config, programs_of(config), "bench", std::move(listeners));
  for (const backtest::MarketChunk& chunk : chunks) run.take(chunk);
  run.finish();
  written.bytes = arena.size();
  answer.fills = static_cast<std::int64_t>(run.record().happened().fills);
  answer.fee = run.record().fees();
  return answer;
}

// The strategy alone: how fast bars without consequences are.
std::uint64_t strategy_alone(const backtest::Config& config, const std::vector<backtest::MarketChunk>& chunks) {
  backtest::StrategySet set;
  const backtest::StrategyChoice& choice = config.strategies.front();
  Strategy strategy(choice.source());
  strategy.adopt(strategy.adoption_of(*choice.program, choice.bind));
  set.add(std::move(strategy), {0});
  std::uint64_t intents = 0;
  for (const backtest::MarketChunk& chunk : chunks) {
    set.begin(chunk);
    while (const auto moment = set.next()) set.speak(*moment, [&](const StrategyIntent&) { ++intents; });
  }
  return intents;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const backtest::Config config = backtest::read_config(argc > 1 ? argv[1] : "bench/backtest.yaml");
  const auto bars = bench::generate_bars(0, 525'600);
  const auto chunks = chunks_of(bars);
  std::vector<double> bare, whole, without, alone;
  Answer expected, found;
  Encoded written;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  for (int round = 0; round < rounds; ++round) {
    const auto timed = [](std::vector<double>& times, auto work) {
      const double began = seconds();
      work();
      times.push_back(seconds() - began);
    };
    timed(bare, [&] { expected = bare_loop(bars); });
    written = {};
    timed(whole, [&] { found = pipeline(config, chunks, true, written); });
    Encoded counted;
    timed(without, [&] { pipeline(config, chunks, false, counted); });
    timed(alone, [&] { strategy_alone(config, chunks); });
  }
  const double n = static_cast<double>(bars.size());
  const auto line = [&](const char* what, const std::vector<double>& times) {
    std::printf("  %-34s %8.2f M bars/s  %6.1f ns a bar  %.4f of the bare loop\n", what, n / median(times) / 1e6,
                median(times) / n * 1e9, median(bare) / median(times));
  };
  std::printf("W1 SMA(10/30), %zu bars: %lld fills, gross %s, fee %s\n", bars.size(), static_cast<long long>(found.fills),
              found.gross.text().c_str(), found.fee.text().c_str());
  std::printf("  %llu entries, %llu events, %.1f MB encoded\n", static_cast<unsigned long long>(written.entries),
              static_cast<unsigned long long>(written.events), static_cast<double>(written.bytes) / 1e6);
  line("bare loop", bare);
  line("whole pipeline, events encoded", whole);
  line("whole pipeline, events counted", without);
  line("strategy alone", alone);
  std::printf("  %.2f us a fill above the strategy\n",
              (median(whole) - median(alone)) / static_cast<double>(found.fills) * 1e6);
  const bool exact = found.fills == expected.fills && found.gross == expected.gross && found.fee == expected.fee;
  if (!exact)
    std::printf("  NOT EXACT: expected gross %s, fee %s\n", expected.gross.text().c_str(), expected.fee.text().c_str());
  return exact ? 0 : 1;
}
