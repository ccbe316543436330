// The benchmark's workload through a whole account, to the last unit: SMA(10/30) on 525,600 bars, long or flat, quantity 1,
// market orders at the next open, 2 bp of each fill's notional. 20,250 fills, gross 21.6180, fee 405.229701.
//
// Quantity 1 is nothing that a strategy may ask for; it is what the platform's own sizing gives: a stop one point away and 1.5
// at risk are floor(1.5 / 1) = 1 lot, at every price.
#include "bench/bars.hpp"
#include "tests/backtest/stage.hpp"

using namespace tally;
using namespace tally::backtest;

namespace {

Price price_of(std::int64_t units) { return Price::from_units(units * 100'000); }  // of 1e-4

struct Expected {
  std::int64_t fills = 0, gross = 0, fee = 0;  // 1e-4; 1e-8
};

// The same in integers and nothing else.
Expected bare_loop(const std::vector<bench::Bar>& bars) {
  Expected found;
  std::int64_t fast = 0, slow = 0, fast_before = 0, slow_before = 0, entry = 0;
  int position = 0, wanted = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (wanted != position) {
      found.fee += bars[i].open * 2;
      ++found.fills;
      if (wanted) entry = bars[i].open;
      else found.gross += bars[i].open - entry;
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
  return found;
}

}  // namespace

TEST_CASE("The benchmark's year comes out to the last unit through signals, sizing, netting, risk, venue, split and lots") {
  const auto bars = bench::generate_bars(0, 525'600);
  const Expected expected = bare_loop(bars);
  REQUIRE(expected.fills == 20'250);
  REQUIRE(expected.gross == 216'180);
  REQUIRE(expected.fee / 100 == 405'229'701);

  const Config config = read_config(source_directory / "bench/backtest.yaml");
  Run::Listeners listeners;
  Money gross;
  listeners.record.segment = [&](const Trade&, const Segment& segment) {
    REQUIRE(segment.quantity.value == Quantity::whole(1));
    gross += segment.match.realized;
  };
  Run run(config, programs_of(config), "w1", std::move(listeners));
  MarketChunk chunk;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Time opened{bars[i].at * ns_per_s};
    chunk.bars.push_back({ProductId("W1"), price_of(bars[i].open), price_of(bars[i].high), price_of(bars[i].low),
                          price_of(bars[i].close), Quantity::whole(bars[i].volume), opened, opened + 60 * ns_per_s});
    chunk.series.push_back(0);
    if (chunk.bars.size() < 4'096 && i + 1 < bars.size()) continue;
    REQUIRE(run.take(chunk));
    chunk.clear();
  }
  run.finish();
  const Recorder& record = run.record();
  CHECK(record.happened().fills == 20'250);
  CHECK(gross == Money::parse("21.6180"));
  CHECK(record.fees() == Money::from_units(static_cast<Int128>(expected.fee) * 10'000'000'000));
  CHECK(record.fees().text().starts_with("405.229701"));
  CHECK(record.cash() == record.initial() + gross - record.fees());
}
