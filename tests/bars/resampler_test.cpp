// Coarser bars of finer ones: buckets, finality, and what comes late.
#include "actors/bars/resampler.hpp"

#include <rapidcheck.h>

#include "tests/catch.hpp"

using namespace tally;
using namespace tally::bars;

namespace {

constexpr std::int64_t s = 1'000'000'000, m = 60 * s, h = 60 * m, d = 24 * h;

using Coarsener = Resampler<std::int64_t, std::int64_t>;
using Coarser = Coarsener::Coarser;

bool same(const Coarser& a, const Coarser& b) {
  return a.bucket.start == b.bucket.start && a.bucket.end == b.bucket.end && a.open == b.open && a.high == b.high &&
         a.low == b.low && a.close == b.close && a.volume == b.volume && a.source_bars == b.source_bars;
}

}  // namespace

TEST_CASE("Buckets of minutes and hours are counted from 1970, also before it") {
  const Timeframe five = Timeframe::parse("5m"), four = Timeframe::parse("4h");
  CHECK(five.bucket_of(0).start == 0);
  CHECK(five.bucket_of(5 * m - 1).start == 0);
  CHECK(five.bucket_of(5 * m).start == 5 * m);
  CHECK(five.bucket_of(5 * m).end == 10 * m);
  CHECK(five.bucket_of(-1).start == -5 * m);
  CHECK(four.bucket_of(d + 3 * h).start == d);
  CHECK(five.name() == "5m");
}

TEST_CASE("A day is the zone's, and named for its city") {
  const std::int64_t day = day_of("2024-03-31") * d;
  CHECK(Timeframe::parse("1d").name() == "1d_utc");
  CHECK(Timeframe::parse("1d").bucket_of(day + h).start == day);
  const Timeframe oslo = Timeframe::parse("1d", Zone("Europe/Oslo"));
  CHECK(oslo.name() == "1d_oslo");
  CHECK(oslo.bucket_of(day + h).start == day - h);
  CHECK(oslo.bucket_of(day + h).end == day + 22 * h);  // summer time began: 23 hours
  CHECK(Timeframe::parse("1d", Zone("America/New_York")).name() == "1d_new_york");
}

TEST_CASE("What is no length, does not divide a day, or has a zone without being one is refused") {
  for (const char* text : {"", "m", "5", "0m", "-5m", "5x", "5mm", "25h", "7m", "1.5h", "2d", "1w", "99999999999999999999m"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Timeframe::parse(text), TimeframeError);
  }
  CHECK_THROWS_AS(Timeframe::parse("1h", Zone("Europe/Oslo")), TimeframeError);
  CHECK(length_of("90s") == 90 * s);
  CHECK_THROWS_AS(length_of("1d"), TimeframeError);
}

TEST_CASE("A bar takes first open, highest high, lowest low, last close, all volume, and is final when the next bucket begins") {
  Coarsener resampler(Timeframe::parse("5m"));
  CHECK_FALSE(resampler.add({1 * m, 10, 14, 9, 11, 100}));
  CHECK_FALSE(resampler.add({2 * m, 11, 12, 7, 8, 20}));
  CHECK_FALSE(resampler.add({4 * m, 8, 13, 8, 12, 3}));
  CHECK_FALSE(resampler.open()->final);
  const auto ended = resampler.add({11 * m, 12, 12, 12, 12, 1});  // nothing between 5 and 10: no bar of it
  REQUIRE(ended);
  CHECK(ended->final);
  CHECK(same(*ended, {{0, 5 * m}, 10, 14, 7, 12, 123, 3, true}));
  CHECK(resampler.open()->bucket.start == 10 * m);
}

TEST_CASE("Time alone makes a bar final, once, and what comes for it later is late") {
  Coarsener resampler(Timeframe::parse("5m"));
  CHECK_FALSE(resampler.pass(100 * m));  // nothing was open
  resampler.add({101 * m, 10, 14, 9, 11, 100});
  CHECK_FALSE(resampler.pass(105 * m - 1));
  const auto ended = resampler.pass(105 * m);
  REQUIRE(ended);
  CHECK(ended->final);
  CHECK(ended->source_bars == 1);
  CHECK_FALSE(resampler.open());
  CHECK_FALSE(resampler.pass(200 * m));
  CHECK_FALSE(resampler.add({104 * m, 1, 99, 1, 1, 1}));
  CHECK_FALSE(resampler.open());
  CHECK(resampler.late() == 1);
  CHECK_FALSE(resampler.add({105 * m, 2, 2, 2, 2, 2}));
  CHECK(resampler.open()->open == 2);
}

TEST_CASE("A bar that repeats a time or goes back is left out and counted") {
  Coarsener resampler(Timeframe::parse("1h"));
  resampler.add({10 * m, 10, 10, 10, 10, 1});
  resampler.add({10 * m, 99, 99, 99, 99, 99});
  resampler.add({9 * m, 99, 99, 99, 99, 99});
  resampler.add({-5 * h, 99, 99, 99, 99, 99});
  CHECK(resampler.late() == 3);
  CHECK(resampler.open()->high == 10);
  CHECK(resampler.open()->source_bars == 1);
}

TEST_CASE("Coarsening in two steps gives the bars of one") {
  CHECK(rc::check("1m to 4h equals 1m to 5m to 4h", [] {
    Coarsener fine(Timeframe::parse("5m")), twice(Timeframe::parse("4h")), once(Timeframe::parse("4h"));
    std::vector<Coarser> by_two, by_one;
    const auto keep = [](std::vector<Coarser>& to, const std::optional<Coarser>& bar) {
      if (bar) to.push_back(*bar);
    };
    const auto pass_on = [&](const std::optional<Coarser>& bar) {
      if (bar) keep(by_two, twice.add({bar->bucket.start, bar->open, bar->high, bar->low, bar->close, bar->volume}));
    };
    std::int64_t now = 0, bars = 0;
    for (int i = 0; i < 200; ++i) {
      now += *rc::gen::inRange(1, 30) * m;
      const auto low = *rc::gen::inRange<std::int64_t>(1, 50), high = low + *rc::gen::inRange<std::int64_t>(0, 50);
      const Coarsener::Finer bar{now, low, high, low, high, *rc::gen::inRange<std::int64_t>(0, 9)};
      ++bars;
      pass_on(fine.add(bar));
      keep(by_one, once.add(bar));
    }
    pass_on(fine.pass(now + d));
    keep(by_two, twice.pass(now + d));
    keep(by_one, once.pass(now + d));
    RC_ASSERT(by_two.size() == by_one.size());
    for (std::size_t i = 0; i < by_one.size(); ++i) {
      bars -= static_cast<std::int64_t>(by_one[i].source_bars);
      by_two[i].source_bars = by_one[i].source_bars;  // counts what it was given: bars of five minutes
      RC_ASSERT(same(by_two[i], by_one[i]));
    }
    RC_ASSERT(bars == 0);
  }));
}
