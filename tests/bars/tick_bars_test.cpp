// Bars of ticks: what a bar holds, when it is final, what is late, and that they are the Resampler's bars.
#include "actors/bars/tick_bars.hpp"

#include <rapidcheck.h>

#include "tests/catch.hpp"

using namespace tally;
using namespace tally::bars;

namespace {

constexpr std::int64_t s = 1'000'000'000, m = 60 * s;

using Builder = TickBars<std::int64_t, std::int64_t>;
using Bar = Builder::Bar;

bool same(const Bar& a, const Bar& b) {
  return a.bucket.start == b.bucket.start && a.bucket.end == b.bucket.end && a.open == b.open && a.high == b.high &&
         a.low == b.low && a.close == b.close && a.volume == b.volume && a.source_bars == b.source_bars && a.final == b.final;
}

struct Kept {
  std::vector<Bar> bars;
  auto keep() {
    return [this](const Bar& bar) { bars.push_back(bar); };
  }
};

}  // namespace

TEST_CASE("A bar of trades takes first, highest, lowest and last price and all volume") {
  Builder builder(Timeframe::parse("1m"), 0);
  Kept kept;
  builder.add(1 * s, 10, 5, kept.keep());
  builder.add(2 * s, 14, 1, kept.keep());
  builder.add(2 * s, 8, 1, kept.keep());
  builder.add(59 * s, 9, 2, kept.keep());
  CHECK(kept.bars.empty());
  builder.add(180 * s, 11, 3, kept.keep());  // nothing for two minutes: no bars of them
  REQUIRE(kept.bars.size() == 1);
  CHECK(same(kept.bars[0], {{0, 60 * s}, 10, 14, 8, 9, 9, 4, true}));
  builder.finish(kept.keep());
  REQUIRE(kept.bars.size() == 2);
  CHECK(same(kept.bars[1], {{180 * s, 240 * s}, 11, 11, 11, 11, 3, 1, true}));
}

TEST_CASE("A bar is final when the watermark reaches its end, by a tick or by the time, and once") {
  Builder builder(Timeframe::parse("1m"), 5 * s);
  Kept kept;
  builder.add(10 * s, 10, 1, kept.keep());
  builder.add(62 * s, 20, 1, kept.keep());
  CHECK(builder.open_buckets() == 2);
  builder.pass(65 * s - 1, kept.keep());
  CHECK(kept.bars.empty());
  builder.pass(65 * s, kept.keep());
  REQUIRE(kept.bars.size() == 1);
  CHECK(kept.bars[0].close == 10);
  builder.pass(64 * s, kept.keep());  // never back
  builder.add(124 * s, 30, 1, kept.keep());
  CHECK(kept.bars.size() == 1);
  builder.add(125 * s, 31, 1, kept.keep());
  REQUIRE(kept.bars.size() == 2);
  CHECK(kept.bars[1].close == 20);
}

TEST_CASE("A tick up to the lateness late is in its bar, in its place by time; one for a final bar is dropped and counted") {
  Builder builder(Timeframe::parse("1m"), 5 * s);
  Kept kept;
  builder.add(30 * s, 10, 1, kept.keep());
  builder.add(58 * s, 12, 1, kept.keep());
  builder.add(64 * s, 99, 1, kept.keep());
  builder.add(59 * s, 13, 1, kept.keep());  // late, and the close
  builder.add(57 * s, 14, 1, kept.keep());  // later still, and not
  builder.add(20 * s, 9, 1, kept.keep());   // the open
  CHECK(builder.late() == 0);
  builder.add(65 * s, 98, 1, kept.keep());
  builder.add(59 * s, 1'000, 1'000, kept.keep());
  CHECK(builder.late() == 1);
  REQUIRE(kept.bars.size() == 1);
  CHECK(same(kept.bars[0], {{0, 60 * s}, 9, 14, 9, 13, 5, 5, true}));
}

TEST_CASE("A trade without a price counts for the volume; a bucket of such has no bar") {
  Builder builder(Timeframe::parse("1m"), 0);
  Kept kept;
  builder.add(1 * s, std::nullopt, 7, kept.keep());
  builder.add(2 * s, 10, 1, kept.keep());
  builder.add(61 * s, std::nullopt, 7, kept.keep());
  builder.finish(kept.keep());
  REQUIRE(kept.bars.size() == 1);
  CHECK(same(kept.bars[0], {{0, 60 * s}, 10, 10, 10, 10, 8, 2, true}));
  CHECK(builder.without_price() == 1);
}

TEST_CASE("With a standing opening a bar opens with the price before it, which counts for high and low") {
  Builder builder(Timeframe::parse("1m"), 5 * s, Opening::standing);
  Kept kept;
  builder.add(1 * s, 10, 0, kept.keep());
  builder.add(61 * s, 12, 0, kept.keep());
  builder.add(59 * s, 11, 0, kept.keep());  // late: what stands at the second bar's beginning all the same
  builder.add(200 * s, 9, 0, kept.keep());
  builder.finish(kept.keep());
  REQUIRE(kept.bars.size() == 3);
  CHECK(same(kept.bars[0], {{0, 60 * s}, 10, 11, 10, 11, 0, 2, true}));
  CHECK(same(kept.bars[1], {{60 * s, 120 * s}, 11, 12, 11, 12, 0, 1, true}));
  CHECK(same(kept.bars[2], {{180 * s, 240 * s}, 12, 12, 9, 9, 0, 1, true}));
}

TEST_CASE("No more buckets are open than the lateness spans") {
  Builder builder(Timeframe::parse("1s"), 5 * s);
  Kept kept;
  std::size_t most = 0;
  for (std::int64_t i = 0; i < 1'000; ++i) {
    builder.add(i * s / 2, i, 1, kept.keep());
    most = std::max(most, builder.open_buckets());
  }
  CHECK(most <= 7);
  CHECK(most >= 5);
}

TEST_CASE("Bars of ticks coarsened are the coarser bars of the ticks, and lateness within bounds changes none") {
  CHECK(rc::check("ticks to 1m to 15m equals ticks to 15m; shuffled within the lateness, too", [] {
    struct Tick {
      std::int64_t at, price, volume;
    };
    std::vector<Tick> ticks;
    std::int64_t now = 0;
    const int count = *rc::gen::inRange(1, 200);
    for (int i = 0; i < count; ++i) {
      now += *rc::gen::inRange<std::int64_t>(1, 90 * s);  // no equal times: their order would be that of arrival
      ticks.push_back({now, *rc::gen::inRange<std::int64_t>(1, 50), *rc::gen::inRange<std::int64_t>(0, 9)});
    }
    Builder minutes(Timeframe::parse("1m"), 0), quarters(Timeframe::parse("15m"), 0), patient(Timeframe::parse("15m"), 5 * s);
    Resampler<std::int64_t, std::int64_t> coarser(Timeframe::parse("15m"));
    Kept by_ticks, by_late_ticks;
    std::vector<Bar> by_minutes;
    const auto coarsen = [&](const Bar& bar) {
      const auto ended = coarser.add({bar.bucket.start, bar.open, bar.high, bar.low, bar.close, bar.volume});
      if (ended) by_minutes.push_back(*ended);
    };
    for (const Tick& tick : ticks) {
      minutes.add(tick.at, tick.price, tick.volume, coarsen);
      quarters.add(tick.at, tick.price, tick.volume, by_ticks.keep());
    }
    // Each tick arrives up to 5 s after its time.
    std::vector<std::pair<std::int64_t, Tick>> arriving;
    for (const Tick& tick : ticks) arriving.emplace_back(tick.at + *rc::gen::inRange<std::int64_t>(0, 5 * s), tick);
    std::stable_sort(arriving.begin(), arriving.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [arrived, tick] : arriving) patient.add(tick.at, tick.price, tick.volume, by_late_ticks.keep());
    minutes.finish(coarsen);
    quarters.finish(by_ticks.keep());
    patient.finish(by_late_ticks.keep());
    if (const auto ended = coarser.pass(INT64_MAX)) by_minutes.push_back(*ended);
    RC_ASSERT(patient.late() == 0u);
    RC_ASSERT(by_minutes.size() == by_ticks.bars.size());
    RC_ASSERT(by_late_ticks.bars.size() == by_ticks.bars.size());
    for (std::size_t i = 0; i < by_minutes.size(); ++i) {
      RC_ASSERT(same(by_late_ticks.bars[i], by_ticks.bars[i]));
      by_minutes[i].source_bars = by_ticks.bars[i].source_bars;  // counts what it was given: minutes
      RC_ASSERT(same(by_minutes[i], by_ticks.bars[i]));
    }
  }));
}
