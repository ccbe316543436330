// How many messages a second one thread takes from the venue's text to the tape: parsing and a feed's rules, appending, reading.
//
//   bench_tape --benchmark_counters_tabular=true
#include <benchmark/benchmark.h>

#include "actors/venues/binance/feed.hpp"
#include "bench/floor_append.hpp"
#include "persistence/tape/tape_reader.hpp"
#include "persistence/tape/tape_writer.hpp"

using namespace tally;

namespace {

constexpr Time start{1'760'000'000 * ns_per_s};

std::vector<binance::ProductStreams> products() {
  binance::ProductStreams one;
  one.product = ProductId("BTC-USDT");
  one.symbol = "BTCUSDT";
  return {one};
}

std::string trade_text(std::uint64_t id) {
  return R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1760000000124,"s":"BTCUSDT","t":)" + std::to_string(id) +
         R"(,"p":"60123.45000000","q":"0.00120000","T":1760000000120,"m":true,"M":true}})";
}

// 20 levels a side, as many as a busy book changes in 100 ms.
std::string depth_text(std::uint64_t id) {
  const auto side = [](int from, int step) {
    std::string levels;
    for (int i = 0; i < 20; ++i)
      levels += (i == 0 ? "" : ",") + std::string("[\"") + std::to_string(from + i * step) + ".12000000\",\"0.12345000\"]";
    return levels;
  };
  return R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1760000000123,"s":"BTCUSDT","U":)" +
         std::to_string(id) + R"(,"u":)" + std::to_string(id) + R"(,"b":[)" + side(60'000, -1) + R"(],"a":[)" + side(60'001, 1) + "]}}";
}

void feed_of(benchmark::State& state, std::string (*text)(std::uint64_t)) {
  binance::Feed feed(VenueId("binance"), products(), {}, 1);
  binance::Output out;
  feed.start(start, out);
  feed.connected(start, out);
  std::vector<std::string> texts;
  for (std::uint64_t id = 1; id <= 1'000; ++id) texts.push_back(text(id));
  std::size_t next = 0, bytes = 0;
  for (auto _ : state) {
    const std::string& one = texts[next++ % texts.size()];
    bytes += one.size();
    feed.text(one, start, out);
    benchmark::DoNotOptimize(out.messages.data());
    out.messages.clear();
    out.actions.clear();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
void trades_from_text(benchmark::State& state) { feed_of(state, trade_text); }
void depth_from_text(benchmark::State& state) { feed_of(state, depth_text); }

TradeTick trade_at(std::uint64_t id) {
  TradeTick trade;
  trade.venue = VenueId("binance");
  trade.product = ProductId("BTC-USDT");
  trade.at = trade.received_at = start + static_cast<std::int64_t>(id);
  trade.price = Price::parse("60123.45");
  trade.size = Quantity::parse("0.0012");
  trade.id = id;
  return trade;
}

// With the disk: as fast as it takes them, nothing refused. unsynced_ms: the longest that a record waited to be synced.
void append_to_tape(benchmark::State& state) {
  const bench::BenchDirectory directory;
  TapeWriter tape(directory.path() / "t");
  std::uint64_t id = 0;
  const Message trade = trade_at(1);
  for (auto _ : state) {
    if (++id % 1'024 == 0) tape.wait_for_room();
    benchmark::DoNotOptimize(tape.append(trade, start + static_cast<std::int64_t>(id)));
  }
  tape.close();
  const TapeCounters counters = tape.counters();
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(counters.bytes));
  state.counters["unsynced_ms"] = static_cast<double>(counters.unsynced_ns_max) / ns_per_ms;
  state.counters["refused"] = static_cast<double>(counters.dropped_queue_full);
}

void read_from_tape(benchmark::State& state) {
  const bench::BenchDirectory directory;
  constexpr std::uint64_t count = 1'000'000;
  {
    TapeWriter tape(directory.path() / "t");
    for (std::uint64_t id = 1; id <= count; ++id) {
      if (id % 1'024 == 0) tape.wait_for_room();
      tape.append(trade_at(id), start + static_cast<std::int64_t>(id));
    }
  }
  std::uint64_t read = 0;
  for (auto _ : state) {
    TapeReader reader(directory.path() / "t");
    while (reader.next()) {
      const Message message = message_of(reader.record());
      benchmark::DoNotOptimize(&message);
      ++read;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(read));
}

}  // namespace

BENCHMARK(trades_from_text);
BENCHMARK(depth_from_text);
BENCHMARK(append_to_tape)->Iterations(2'000'000)->UseRealTime();
BENCHMARK(read_from_tape)->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
