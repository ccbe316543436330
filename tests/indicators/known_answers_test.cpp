// Rules over the benchmark's 525,600 bars whose fills and gains are known to the last unit: a rounded average would decide
// otherwise where two averages are equal.
#include "actors/indicators/moving_average.hpp"
#include "actors/indicators/rsi.hpp"
#include "bench/bars.hpp"
#include "tests/catch.hpp"

using namespace tally::indicators;

namespace {

const std::vector<tally::bench::Bar>& bars() {
  static const auto all = tally::bench::generate_bars(0, 525'600);
  return all;
}

// Long or flat, one piece. What is decided at a close is filled at the next open.
struct Trader {
  int fills = 0;
  std::int64_t gross = 0;  // 1e-4
  std::int64_t turnover = 0;
  std::int64_t bought_at = -1;  // flat

  void fill(std::int64_t price) {
    ++fills;
    turnover += price;
    if (bought_at >= 0) gross += price - bought_at;
    bought_at = bought_at >= 0 ? -1 : price;
  }
  // decide(i): +1 buy, -1 sell, 0 nothing.
  template <class Decide>
  void run(const Decide& decide) {
    for (std::size_t i = 0; i + 1 < bars().size(); ++i) {
      const int wish = decide(i);
      if ((wish > 0 && bought_at < 0) || (wish < 0 && bought_at >= 0)) fill(bars()[i + 1].open);
    }
  }
};

}  // namespace

TEST_CASE("Crossings of exact averages of 10 and 30 bars trade 20,250 times and gain 21.6180") {
  ExactSma fast(10), slow(30);
  int before = 0;
  Trader trader;
  trader.run([&](std::size_t i) {
    fast.update(bars()[i].close);
    slow.update(bars()[i].close);
    const int now = slow.ready() ? fast.compare(slow) : 0;
    const int wish = i < 30 ? 0 : before <= 0 && now > 0 ? 1 : before >= 0 && now < 0 ? -1 : 0;
    before = now;
    return wish;
  });
  CHECK(trader.fills == 20'250);
  CHECK(trader.gross == 216'180);
  CHECK(trader.turnover * 2 / 100 == 405'229'701);  // the fee of two basis points, in 1e-6
}

TEST_CASE("RSI below 30 and above 70 trades 3,589 times and loses 19.2127") {
  Rsi rsi(14);
  Trader trader;
  trader.run([&](std::size_t i) {
    rsi.update(static_cast<double>(bars()[i].close) / 1e4);
    return !rsi.ready() ? 0 : rsi.value() < 30 ? 1 : rsi.value() > 70 ? -1 : 0;
  });
  CHECK(trader.fills == 3'589);
  CHECK(trader.gross == -192'127);
}
