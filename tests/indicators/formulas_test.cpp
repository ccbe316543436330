// The formulas of docs/indicators.md, computed anew from the whole history at every bar, against what the indicators keep.
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "actors/indicators/spec.hpp"
#include "tests/catch.hpp"
#include "tests/indicators/random_bars.hpp"

using namespace tally::indicators;

namespace {

using Series = std::vector<double>;
using Bars = std::span<const Bar>;  // the history up to the bar in question, which is the last
using Values = std::vector<double>;  // empty: none yet

Series closes(Bars bars) {
  Series of;
  for (const Bar& bar : bars) of.push_back(bar.close);
  return of;
}
Series last(const Series& of, std::size_t count) { return {of.end() - static_cast<std::ptrdiff_t>(count), of.end()}; }
double mean(const Series& of) { return std::accumulate(of.begin(), of.end(), 0.0) / static_cast<double>(of.size()); }
double deviation(const Series& of) {
  double squares = 0;
  for (const double x : of) squares += (x - mean(of)) * (x - mean(of));
  return std::sqrt(squares / static_cast<double>(of.size()));
}

// From the mean of the first n on.
Series ema(const Series& of, std::size_t n) {
  if (of.size() < n) return {};
  Series out{mean({of.begin(), of.begin() + static_cast<std::ptrdiff_t>(n)})};
  for (std::size_t i = n; i < of.size(); ++i) out.push_back(out.back() + (of[i] - out.back()) * 2.0 / static_cast<double>(n + 1));
  return out;
}
// Wilder's mean: the plain one of the first n, then ((n-1) a + x) / n.
Values wilder(const Series& of, std::size_t n) {
  if (of.size() < n) return {};
  double value = mean({of.begin(), of.begin() + static_cast<std::ptrdiff_t>(n)});
  for (std::size_t i = n; i < of.size(); ++i) value = (value * static_cast<double>(n - 1) + of[i]) / static_cast<double>(n);
  return {value};
}
Series ranges(Bars bars) {
  Series of;
  for (std::size_t i = 1; i < bars.size(); ++i)
    of.push_back(std::max(bars[i].high, bars[i - 1].close) - std::min(bars[i].low, bars[i - 1].close));
  return of;
}
double highest(Bars bars) {
  return std::max_element(bars.begin(), bars.end(), [](auto& a, auto& b) { return a.high < b.high; })->high;
}
double lowest(Bars bars) {
  return std::min_element(bars.begin(), bars.end(), [](auto& a, auto& b) { return a.low < b.low; })->low;
}

// +DI, -DI and, where either moved, DX of every row from n on.
struct Direction {
  double plus = 0, minus = 0;
  bool moved = false;
  double index = 0;
};
std::vector<Direction> directions(Bars bars, std::size_t n) {
  std::vector<Direction> out;
  const Series range = ranges(bars);
  double plus = 0, minus = 0, total = 0;
  for (std::size_t i = 1; i < bars.size(); ++i) {
    const double up = bars[i].high - bars[i - 1].high, down = bars[i - 1].low - bars[i].low;
    const double keep = i < n ? 1 : 1 - 1 / static_cast<double>(n);
    plus = plus * keep + (up > down && up > 0 ? up : 0);
    minus = minus * keep + (down > up && down > 0 ? down : 0);
    total = total * keep + range[i - 1];
    if (i < n) continue;
    Direction at;
    if (total > 0) at = {100 * plus / total, 100 * minus / total, false, 0};
    at.moved = at.plus + at.minus > 0;
    if (at.moved) at.index = 100 * std::fabs(at.plus - at.minus) / (at.plus + at.minus);
    out.push_back(at);
  }
  return out;
}

Values windowed(Bars bars, std::size_t n, const std::function<Values(Bars)>& of) {
  return bars.size() < n ? Values{} : of(bars.last(n));
}
double typical(const Bar& bar) { return (bar.high + bar.low + bar.close) / 3; }

Values rsi(Bars bars) {
  Series gains, losses;
  for (std::size_t i = 1; i < bars.size(); ++i) {
    gains.push_back(std::max(0.0, bars[i].close - bars[i - 1].close));
    losses.push_back(std::max(0.0, bars[i - 1].close - bars[i].close));
  }
  const Values up = wilder(gains, 5), down = wilder(losses, 5);
  if (up.empty()) return {};
  return {up[0] + down[0] > 0 ? 100 * up[0] / (up[0] + down[0]) : 0};
}

Values adx(Bars bars) {
  const auto all = directions(bars, 3);
  if (all.size() < 3) return {};
  double value = (all[0].index + all[1].index + all[2].index) / 3;
  for (std::size_t i = 3; i < all.size(); ++i)
    if (all[i].moved) value = (value * 2 + all[i].index) / 3;
  return {value};
}

Values macd(Bars bars) {
  if (bars.size() < 6) return {};
  Series of = closes(bars);
  const Series slow = ema(of, 6);
  const Series fast = ema({of.begin() + 3, of.end()}, 3);
  Series line;
  for (std::size_t i = 0; i < slow.size(); ++i) line.push_back(fast[i] - slow[i]);
  const Series signal = ema(line, 4);
  if (signal.empty()) return {};
  return {line.back(), signal.back(), line.back() - signal.back()};
}

// Fast %K of 5, slow %K of 3, %D of 2.
Values stochastic(Bars bars) {
  Series fast, slow, d;
  for (std::size_t i = 5; i <= bars.size(); ++i) {
    const Bars window = bars.subspan(i - 5, 5);
    const double span = highest(window) - lowest(window);
    fast.push_back(span > 0 ? 100 * (window.back().close - lowest(window)) / span : 0);
    if (fast.size() >= 3) slow.push_back(mean(last(fast, 3)));
    if (slow.size() >= 2) d.push_back(mean(last(slow, 2)));
  }
  return d.empty() ? Values{} : Values{slow.back(), d.back()};
}

Values mfi(Bars bars) {
  if (bars.size() < 5) return {};
  double up = 0, down = 0;
  for (std::size_t i = bars.size() - 4; i < bars.size(); ++i) {
    if (typical(bars[i]) > typical(bars[i - 1])) up += typical(bars[i]) * bars[i].volume;
    if (typical(bars[i]) < typical(bars[i - 1])) down += typical(bars[i]) * bars[i].volume;
  }
  return {up + down < 1 ? 0 : 100 * up / (up + down)};
}

Values obv(Bars bars) {
  double value = bars[0].volume;
  for (std::size_t i = 1; i < bars.size(); ++i)
    value += bars[i].close > bars[i - 1].close ? bars[i].volume : bars[i].close < bars[i - 1].close ? -bars[i].volume : 0;
  return {value};
}

Values supertrend(Bars bars) {
  double upper = 0, lower = 0;
  bool rising = false;
  for (std::size_t i = 4; i < bars.size(); ++i) {
    const double distance = 1.5 * wilder(ranges(bars.first(i + 1)), 4)[0], middle = (bars[i].high + bars[i].low) / 2;
    const double before = bars[i - 1].close;
    upper = i == 4 || before > upper ? middle + distance : std::min(upper, middle + distance);
    lower = i == 4 || before < lower ? middle - distance : std::max(lower, middle - distance);
    rising = i == 4 ? bars[i].close >= middle : rising ? bars[i].close >= lower : bars[i].close > upper;
  }
  if (bars.size() < 5) return {};
  return {rising ? lower : upper, rising ? 1.0 : -1.0};
}

const std::map<std::string, std::function<Values(Bars)>> formulas = {
    {"sma(7)", [](Bars bars) { return windowed(bars, 7, [](Bars of) { return Values{mean(closes(of))}; }); }},
    {"ema(4)", [](Bars bars) { const Series of = ema(closes(bars), 4); return of.empty() ? Values{} : Values{of.back()}; }},
    {"wma(3)", [](Bars bars) { return windowed(bars, 3, [](Bars of) {
        return Values{(of[0].close + 2 * of[1].close + 3 * of[2].close) / 6}; }); }},
    {"rsi(5)", rsi},
    {"trange()", [](Bars bars) { return bars.size() < 2 ? Values{} : Values{ranges(bars).back()}; }},
    {"atr(3)", [](Bars bars) { return wilder(ranges(bars), 3); }},
    {"plus_di(4)", [](Bars bars) {
        const auto all = directions(bars, 4);
        return all.empty() ? Values{} : Values{all.back().plus}; }},
    {"minus_di(5)", [](Bars bars) {
        const auto all = directions(bars, 5);
        return all.empty() ? Values{} : Values{all.back().minus}; }},
    {"adx(3)", adx},
    {"macd(3,6,4)", macd},
    {"bb(4,2)", [](Bars bars) { return windowed(bars, 4, [](Bars of) {
        const double middle = mean(closes(of)), width = 2 * deviation(closes(of));
        return Values{middle + width, middle, middle - width}; }); }},
    {"stoch(5,3,2)", stochastic},
    {"obv()", obv},
    {"cci(5)", [](Bars bars) { return windowed(bars, 5, [](Bars of) {
        Series prices;
        for (const Bar& bar : of) prices.push_back(typical(bar));
        double away = 0;
        for (const double price : prices) away += std::fabs(price - mean(prices)) / 5;
        return Values{away > 1e-9 ? (prices.back() - mean(prices)) / (0.015 * away) : 0}; }); }},
    {"roc(3)", [](Bars bars) { return windowed(bars, 4, [](Bars of) {
        return Values{100 * (of[3].close - of[0].close) / of[0].close}; }); }},
    {"willr(6)", [](Bars bars) { return windowed(bars, 6, [](Bars of) {
        const double span = highest(of) - lowest(of);
        return Values{span > 0 ? -100 * (highest(of) - of.back().close) / span : 0}; }); }},
    {"mfi(4)", mfi},
    {"vwap(5)", [](Bars bars) { return windowed(bars, 5, [](Bars of) {
        double money = 0, volume = 0, plain = 0;
        for (const Bar& bar : of) money += typical(bar) * bar.volume, volume += bar.volume, plain += typical(bar) / 5;
        return Values{volume > 0 ? money / volume : plain}; }); }},
    {"zscore(6)", [](Bars bars) { return windowed(bars, 6, [](Bars of) {
        const double wide = deviation(closes(of));
        return Values{wide > 1e-9 ? (of.back().close - mean(closes(of))) / wide : 0}; }); }},
    {"donchian(6)", [](Bars bars) { return windowed(bars, 6, [](Bars of) {
        return Values{highest(of), (highest(of) + lowest(of)) / 2, lowest(of)}; }); }},
    {"supertrend(4,1.5)", supertrend},
};

}  // namespace

TEST_CASE("Every indicator equals its formula over any history") {
  REQUIRE(formulas.size() == kinds().size());
  CHECK(rc::check("kept values equal computed ones", [] {
    const std::vector<Bar> bars = random_bars(40);
    for (const auto& [text, formula] : formulas) {
      const auto indicator = Spec::parse(text).make();
      for (std::size_t i = 0; i < bars.size(); ++i) {
        indicator->update(bars[i]);
        const Values expected = formula(Bars(bars).first(i + 1));
        const auto values = indicator->values();
        if (values.size() != expected.size()) RC_FAIL(text + " in row " + std::to_string(i) + ": another number of values");
        for (std::size_t column = 0; column < values.size(); ++column)
          if (std::fabs(values[column] - expected[column]) > 1e-9 * (1 + std::fabs(expected[column])))
            RC_FAIL(text + " in row " + std::to_string(i) + ", value " + std::to_string(column) + ": " +
                    std::to_string(values[column]) + " where the formula gives " + std::to_string(expected[column]));
      }
    }
  }));
}
