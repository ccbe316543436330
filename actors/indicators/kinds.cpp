// The table of indicators. A new one is a row here, a class beside, and a section of docs/indicators.md.
#include "actors/indicators/bollinger.hpp"
#include "actors/indicators/channel.hpp"
#include "actors/indicators/deviation.hpp"
#include "actors/indicators/directional.hpp"
#include "actors/indicators/macd.hpp"
#include "actors/indicators/number_text.hpp"
#include "actors/indicators/rsi.hpp"
#include "actors/indicators/spec.hpp"
#include "actors/indicators/supertrend.hpp"
#include "actors/indicators/volume.hpp"

namespace tally::indicators {
namespace {

using Columns = std::vector<std::string>;

constexpr double period_max = 100'000;

// "_30", "_10_3"
std::string suffix(const Parameters& of) {
  std::string text;
  for (const double parameter : of) text += '_' + number_text(parameter);
  return text;
}

// One column: the kind's name and its parameters.
Columns named(std::string_view name, const Parameters& of) { return {std::string(name) + suffix(of)}; }

template <class Core>
std::unique_ptr<Indicator> made(const Parameters& of) {
  if constexpr (std::is_default_constructible_v<Core>) return std::make_unique<Held<Core>>();
  else return std::make_unique<Held<Core>>(static_cast<std::size_t>(of[0]));
}
// Of a period and a factor.
template <class Core>
std::unique_ptr<Indicator> made_with_factor(const Parameters& of) {
  return std::make_unique<Held<Core>>(static_cast<std::size_t>(of[0]), of[1]);
}
// Of three periods.
template <class Core>
std::unique_ptr<Indicator> made_of_three(const Parameters& of) {
  return std::make_unique<Held<Core>>(static_cast<std::size_t>(of[0]), static_cast<std::size_t>(of[1]),
                                      static_cast<std::size_t>(of[2]));
}

Parameter period(double standard, double minimum = 2) { return {"period", standard, minimum, period_max, true}; }

Columns bands_of(const std::string& head) { return {head + "_upper", head + "_middle", head + "_lower"}; }

Columns donchian_columns(std::string_view name, const Parameters& of) { return bands_of(std::string(name) + number_text(of[0])); }

// "bb20_upper", and "bb20_2.5_upper" where the factor is another than the usual 2.
Columns bollinger_columns(std::string_view name, const Parameters& of) {
  return bands_of(std::string(name) + number_text(of[0]) + (of[1] == 2 ? "" : '_' + number_text(of[1])));
}

// The usual one (12,26,9) has the short names.
Columns macd_columns(std::string_view, const Parameters& of) {
  const std::string more = of == Parameters{12, 26, 9} ? "" : suffix(of);
  return {"macd" + suffix(of), "macd_signal" + more, "macd_hist" + more};
}

// "stoch_slowk_5_3" and "stoch_slowd_3" of the usual window of 5, else "stoch14_slowd_3"; what differs from 3 is named, too.
Columns stochastic_columns(std::string_view, const Parameters& of) {
  const std::string fast_k = number_text(of[0]), slow_k = number_text(of[1]), slow_d = number_text(of[2]);
  return {"stoch_slowk_" + fast_k + '_' + slow_k + (of[2] == 3 ? "" : '_' + slow_d),
          "stoch" + (of[0] == 5 ? "" : fast_k) + "_slowd_" + slow_d + (of[1] == 3 ? "" : '_' + slow_k)};
}

Columns supertrend_columns(std::string_view name, const Parameters& of) {
  const std::string stop = named(name, of).front();
  return {stop, stop + "_trend"};
}

const std::vector<Kind>& table() {
  static const std::vector<Kind> all = {
      {"adx", 1, "average directional index", {period(14)}, named, made<Adx>},
      {"atr", 1, "average true range", {period(14, 1)}, named, made<Atr>},
      {"bb", 1, "Bollinger bands", {period(5), {"deviations", 2, 0.01, 100, false}}, bollinger_columns,
       made_with_factor<Bollinger>},
      {"cci", 1, "commodity channel index", {period(14)}, named, made<Cci>},
      {"donchian", 1, "Donchian channel", {period(20, 1)}, donchian_columns, made<Donchian>},
      {"ema", 1, "exponential moving average", {period(30)}, named, made<Ema>},
      {"macd", 1, "moving average convergence divergence",
       {{"fast", 12, 2, period_max, true}, {"slow", 26, 3, period_max, true}, {"signal", 9, 1, period_max, true}},
       macd_columns, made_of_three<Macd>},
      {"mfi", 1, "money flow index", {period(14)}, named, made<Mfi>},
      {"minus_di", 1, "minus directional indicator", {period(14)}, named, made<MinusDi>},
      {"obv", 1, "on-balance volume", {}, named, made<Obv>},
      {"plus_di", 1, "plus directional indicator", {period(14)}, named, made<PlusDi>},
      {"roc", 1, "rate of change, per cent", {period(10, 1)}, named, made<Roc>},
      {"rsi", 1, "relative strength index", {period(14)}, named, made<Rsi>},
      {"sma", 1, "simple moving average", {period(30)}, named, made<Sma>},
      {"stoch", 1, "slow stochastic",
       {{"fast_k", 5, 1, period_max, true}, {"slow_k", 3, 1, period_max, true}, {"slow_d", 3, 1, period_max, true}},
       stochastic_columns, made_of_three<Stochastic>},
      {"supertrend", 1, "Supertrend", {period(10, 1), {"multiple", 3, 0.01, 100, false}}, supertrend_columns,
       made_with_factor<Supertrend>},
      {"trange", 1, "true range", {}, named, made<TrueRange>},
      {"vwap", 1, "rolling volume-weighted average price", {period(20, 1)}, named, made<Vwap>},
      {"willr", 1, "Williams %R", {period(14)}, named, made<WilliamsR>},
      {"wma", 1, "weighted moving average", {period(30)}, named, made<Wma>},
      {"zscore", 1, "z-score of the close", {period(20)}, named, made<ZScore>},
  };
  return all;
}

}  // namespace

std::span<const Kind> kinds() { return table(); }

std::string Kind::id() const { return "indicator." + std::string(name) + ".v" + std::to_string(version); }

std::string Kind::shape() const {
  std::string text = std::string(name) + '(';
  for (std::size_t i = 0; i < parameters.size(); ++i) text += (i == 0 ? "" : ",") + std::string(parameters[i].name);
  return text + ')';
}

}  // namespace tally::indicators
