// Values that can be checked on paper, for what has no recorded reference and for the edges of what has.
#include "actors/indicators/moving_average.hpp"
#include "actors/indicators/spec.hpp"
#include "tests/catch.hpp"

using namespace tally::indicators;

namespace {

using Row = std::vector<double>;  // empty: no value yet

void check(const char* text, const std::vector<Bar>& bars, const std::vector<Row>& expected) {
  const auto indicator = Spec::parse(text).make();
  REQUIRE(bars.size() == expected.size());
  for (std::size_t i = 0; i < bars.size(); ++i) {
    indicator->update(bars[i]);
    CAPTURE(text, i);
    REQUIRE(indicator->values().size() == expected[i].size());
    for (std::size_t column = 0; column < expected[i].size(); ++column) {
      CAPTURE(column);
      CHECK(indicator->values()[column] == Approx(expected[i][column]).epsilon(1e-14).margin(1e-14));
    }
  }
}

Bar flat(double price, double volume = 1) { return {price, price, price, price, volume}; }
std::vector<Bar> closes(const std::vector<double>& prices) {
  std::vector<Bar> bars;
  for (const double price : prices) bars.push_back(flat(price));
  return bars;
}

}  // namespace

TEST_CASE("Averages of 1, 2, 4, 8, 16") {
  const auto bars = closes({1, 2, 4, 8, 16});
  check("sma(3)", bars, {{}, {}, {7.0 / 3}, {14.0 / 3}, {28.0 / 3}});
  check("wma(3)", bars, {{}, {}, {(1 + 2 * 2 + 3 * 4) / 6.0}, {(2 + 2 * 4 + 3 * 8) / 6.0}, {(4 + 2 * 8 + 3 * 16) / 6.0}});
  check("ema(3)", bars, {{}, {}, {7.0 / 3}, {31.0 / 6}, {127.0 / 12}});  // halfway to the newest each time
}

TEST_CASE("MACD seeds both averages with the same bar") {
  // ema(2) of closes 2, 3 and on; ema(3) of closes 1, 2, 3 and on; both begin at the third bar.
  const double fast3 = 2.5, slow3 = 2, fast4 = fast3 + (7 - fast3) * 2 / 3, slow4 = slow3 + (7 - slow3) / 2;
  const double line3 = fast3 - slow3, line4 = fast4 - slow4, signal4 = (line3 + line4) / 2;
  check("macd(2,3,2)", closes({1, 2, 3, 7}), {{}, {}, {}, {line4, signal4, line4 - signal4}});
}

TEST_CASE("RSI counts gains against all that moved, and is 0 where nothing did") {
  check("rsi(2)", closes({10, 12, 11, 15}), {{}, {}, {100 * 2 / 3.0}, {100 * (1 + 4) / 2 / ((1 + 4) / 2.0 + 0.5 / 2)}});
  check("rsi(2)", closes({5, 5, 5, 5}), {{}, {}, {0}, {0}});
}

TEST_CASE("Bollinger bands are two population deviations wide") {
  check("bb(3,2)", closes({1, 2, 6}), {{}, {}, {3 + 2 * std::sqrt(14.0 / 3), 3, 3 - 2 * std::sqrt(14.0 / 3)}});
  check("bb(3,2)", closes({4, 4, 4}), {{}, {}, {4, 4, 4}});
}

TEST_CASE("The z-score is a count of population deviations, and 0 where nothing moved") {
  check("zscore(3)", closes({1, 2, 6, 6, 6}), {{}, {}, {3 / std::sqrt(14.0 / 3)}, {(4.0 / 3) / std::sqrt(32.0 / 9)}, {0}});
  check("zscore(3)", closes({0.1, 0.1, 0.1, 0.1}), {{}, {}, {0}, {0}});  // their mean is not 0.1 in binary
}

TEST_CASE("Rolling VWAP weighs typical prices by volume; without any volume they weigh the same") {
  const std::vector<Bar> bars = {{10, 12, 6, 12, 1}, {20, 25, 15, 20, 3}, flat(40, 0), flat(50, 0), flat(60, 2)};
  check("vwap(2)", bars, {{}, {(10 * 1 + 20 * 3) / 4.0}, {20}, {45}, {60}});
}

TEST_CASE("The Donchian channel spans the last n bars, this one included") {
  const std::vector<Bar> bars = {{5, 9, 4, 6, 1}, {6, 7, 2, 3, 1}, {3, 8, 3, 5, 1}, {5, 6, 5, 6, 1}};
  check("donchian(2)", bars, {{}, {9, 5.5, 2}, {8, 5, 2}, {8, 5.5, 3}});
  check("donchian(1)", bars, {{9, 6.5, 4}, {7, 4.5, 2}, {8, 5.5, 3}, {6, 5.5, 5}});
}

TEST_CASE("Supertrend trails, never steps back, and turns where a close passes it") {
  // With atr(1), which is the true range, and a multiple of 1. Each line: range, middle, upper, lower.
  const std::vector<Bar> bars = {
      {9, 10, 8, 9, 1},
      {10, 11, 9, 10, 1},    // 2, 10, 12, 8: begins up, for the close is not below the middle
      {13, 14, 12, 13, 1},   // 4, 13, 17, 9: the upper stays 12, the lower rises to 9
      {7, 10, 6, 7, 1},      // 7, 8, 15, 1: the last close of 13 had passed 12, so upper 15; 7 is below 9: down
      {8, 8, 6, 8, 1},       // 2, 7, 9, 5: upper 9; the last close of 7 had passed the lower, so 5
      {10, 11, 9, 10, 1},    // 3, 10, 13, 7: the upper stays 9, and 10 is above it: up, at 7
  };
  check("supertrend(1,1)", bars, {{}, {8, 1}, {9, 1}, {15, -1}, {9, -1}, {7, 1}});
}

TEST_CASE("True range reaches back to the last close, and its average begins with a plain mean") {
  const std::vector<Bar> bars = {{5, 6, 4, 5, 1}, {8, 9, 8, 8, 1}, {8, 9, 7, 8, 1}, {4, 4, 2, 3, 1}};
  check("trange()", bars, {{}, {4}, {2}, {6}});
  check("atr(2)", bars, {{}, {}, {3}, {4.5}});
}

TEST_CASE("Directional movement goes to the greater of the two ways, and to neither where they are equal") {
  const std::vector<Bar> bars = {{5, 6, 4, 5, 1}, {7, 8, 5, 7, 1}, {7, 9, 4, 7, 1}, {5, 8, 3, 4, 1}};
  // up 2, range 3; then up 1 and down 1: neither, range 5; then down 1, range 5.
  check("plus_di(2)", bars, {{}, {}, {100 * 1 / 6.5}, {100 * 0.5 / 8.25}});
  check("minus_di(2)", bars, {{}, {}, {0}, {100 * 1 / 8.25}});
  check("adx(2)", bars, {{}, {}, {}, {(100 + 100 * 0.5 / 1.5) / 2}});
}

TEST_CASE("Stochastic, Williams %R and CCI are 0 where the window is flat") {
  check("stoch(2,1,1)", closes({5, 5, 5}), {{}, {0, 0}, {0, 0}});
  check("willr(2)", closes({5, 5, 5}), {{}, {0}, {0}});
  check("cci(2)", closes({5, 5, 5}), {{}, {0}, {0}});
  check("stoch(2,1,2)", {{5, 6, 4, 5, 1}, {5, 8, 5, 7, 1}, {7, 9, 6, 6, 1}}, {{}, {}, {25, 50}});
  check("willr(2)", {{5, 6, 4, 5, 1}, {5, 8, 5, 7, 1}, {7, 9, 6, 6, 1}}, {{}, {-25}, {-75}});
  check("cci(2)", {{5, 6, 3, 6, 1}, {7, 9, 6, 9, 1}}, {{}, {1.5 / (0.015 * 1.5)}});
}

TEST_CASE("OBV begins with the first volume; MFI and ROC are 0 where there is nothing to divide by") {
  check("obv()", {flat(5, 10), flat(6, 3), flat(6, 9), flat(4, 20)}, {{10}, {13}, {13}, {-7}});
  check("mfi(2)", {flat(5, 10), flat(6, 3), flat(4, 2), flat(4, 7)}, {{}, {}, {100 * 18 / 26.0}, {0}});
  check("mfi(2)", {flat(5, 10), flat(6, 0.1), flat(4, 0.05)}, {{}, {}, {0}});  // 0.8 of money: too little to speak of
  check("roc(2)", closes({10, 0, 15, 3}), {{}, {}, {50}, {0}});
}

TEST_CASE("Over integers an average is exact: a tie is a tie, and none is lost to great numbers before it") {
  ExactSma fast(2), slow(4);
  for (const long units : {9'000'000'000'000'000'000L, -9'000'000'000'000'000'000L, 7L, 9L, 7L, 9L}) {
    fast.update(units);
    slow.update(units);
  }
  CHECK(fast.compare(slow) == 0);
  CHECK(fast.value() == 8);
  slow.update(6);  // 9 + 7 + 9 + 6 = 31
  CHECK(fast.compare(slow) > 0);
  CHECK(slow.compare(fast) < 0);
  CHECK(slow.value() == 7);
  ExactSma below(2);
  below.update(-3);
  CHECK_FALSE(below.ready());
  below.update(-4);
  CHECK(below.ready());
  CHECK(below.value() == -4);  // -3.5, rounded down
}
