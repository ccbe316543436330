// The recorded depth applied to a book again and again: levels a second of the feed with all its rules, of its book alone, and of
// a bare std::map a side in the same run. Wants the recordings (../shared/data beside the project, or their folder in
// TALLY_RECORDED); without them it says so and ends.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>

#include "app/market/depth_file.hpp"

namespace {

using namespace tally;
using namespace tally::market;

struct Recording {
  std::string name;
  DepthSnapshot snapshot;
  std::vector<DepthUpdate> updates;  // that follow it
  std::int64_t levels = 0;
};

// The feed itself decides which updates follow the snapshot.
Recording read(const std::filesystem::path& path) {
  Recording recording{path.filename().string(), {}, {}, 0};
  DepthFile file(path);
  std::vector<DepthUpdate> all;
  for (auto kind = file.next(); kind; kind = file.next())
    if (*kind == DepthFile::Kind::snapshot) recording.snapshot = file.snapshot();
    else all.push_back(file.update());
  DepthFeed feed;
  feed.take(recording.snapshot);
  for (DepthUpdate& update : all)
    if (feed.take(update) == DepthFeed::Taken::applied) {
      recording.levels += static_cast<std::int64_t>(update.bids.size() + update.asks.size());
      recording.updates.push_back(std::move(update));
    }
  return recording;
}

void count(benchmark::State& state, const Recording& recording) {
  state.SetItemsProcessed(state.iterations() * recording.levels);
  const auto updates = state.iterations() * static_cast<std::int64_t>(recording.updates.size());
  state.counters["updates/s"] = benchmark::Counter(static_cast<double>(updates), benchmark::Counter::kIsRate);
}

void feed_with_all_rules(benchmark::State& state, const Recording& recording) {
  for (auto _ : state) {
    state.PauseTiming();
    DepthFeed feed;
    feed.take(recording.snapshot);
    state.ResumeTiming();
    std::int64_t best = 0;
    for (const DepthUpdate& update : recording.updates) {
      feed.take(update);
      best += feed.book().bids()[0].price.units();
    }
    benchmark::DoNotOptimize(best);
  }
  count(state, recording);
}

void book_alone(benchmark::State& state, const Recording& recording) {
  for (auto _ : state) {
    state.PauseTiming();
    OrderBook book;
    for (const Level& level : recording.snapshot.bids) book.side(BookSide::bid).set(level.price, level.quantity);
    for (const Level& level : recording.snapshot.asks) book.side(BookSide::ask).set(level.price, level.quantity);
    state.ResumeTiming();
    std::int64_t best = 0;
    for (const DepthUpdate& update : recording.updates) {
      for (const Level& level : update.bids) book.side(BookSide::bid).set(level.price, level.quantity);
      for (const Level& level : update.asks) book.side(BookSide::ask).set(level.price, level.quantity);
      best += book.bids()[0].price.units();
    }
    benchmark::DoNotOptimize(best);
  }
  count(state, recording);
}

template <class Map>
void set(Map& side, const Level& level) {
  if (level.quantity == Quantity{}) side.erase(level.price);
  else side[level.price] = level.quantity;
}

void bare_map(benchmark::State& state, const Recording& recording) {
  for (auto _ : state) {
    state.PauseTiming();
    std::map<Price, Quantity, std::greater<>> bids;
    std::map<Price, Quantity> asks;
    for (const Level& level : recording.snapshot.bids) set(bids, level);
    for (const Level& level : recording.snapshot.asks) set(asks, level);
    state.ResumeTiming();
    std::int64_t best = 0;
    for (const DepthUpdate& update : recording.updates) {
      for (const Level& level : update.bids) set(bids, level);
      for (const Level& level : update.asks) set(asks, level);
      best += bids.begin()->first.units();
    }
    benchmark::DoNotOptimize(best);
  }
  count(state, recording);
}

}  // namespace

int main(int argc, char** argv) {
  const char* const given = std::getenv("TALLY_RECORDED");
  const std::filesystem::path folder = std::filesystem::path(given ? given : "../shared/data") / "depth";
  if (!std::filesystem::is_directory(folder)) {
    std::cout << "SKIPPED: needs the recordings in " << folder.string() << '\n';
    return 0;
  }
  std::vector<Recording> recordings;
  for (const auto& file : std::filesystem::directory_iterator(folder)) recordings.push_back(read(file.path()));
  using Run = void (*)(benchmark::State&, const Recording&);
  const std::pair<const char*, Run> runs[] = {
      {"bare_map", bare_map}, {"book_alone", book_alone}, {"feed_with_all_rules", feed_with_all_rules}};
  for (const Recording& recording : recordings)
    for (const auto& [name, run] : runs)
      benchmark::RegisterBenchmark((std::string(name) + "/" + recording.name).c_str(), run, std::cref(recording))
          ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
