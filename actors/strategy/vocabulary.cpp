#include "actors/strategy/vocabulary.hpp"

#include <algorithm>

namespace tally::strategy {
namespace {

constexpr std::string_view bands[] = {"upper", "middle", "lower"};
constexpr std::string_view macd[] = {"line", "signal", "histogram"};
constexpr std::string_view stochastic[] = {"k", "d"};
constexpr std::string_view supertrend[] = {"stop", "trend"};

constexpr std::string_view of_one_series[] = {"bb", "ema", "macd", "roc", "rsi", "sma", "wma", "zscore"};

}  // namespace

std::optional<Field> field_of(std::string_view name) {
  const auto found = std::find(field_names.begin(), field_names.end(), name);
  if (found == field_names.end()) return std::nullopt;
  return static_cast<Field>(found - field_names.begin());
}

std::span<const std::string_view> outputs_of(std::string_view kind) {
  if (kind == "bb" || kind == "donchian") return bands;
  if (kind == "macd") return macd;
  if (kind == "stoch") return stochastic;
  if (kind == "supertrend") return supertrend;
  return {};
}

bool reads_one_series(std::string_view kind) {
  return std::find(std::begin(of_one_series), std::end(of_one_series), kind) != std::end(of_one_series);
}

}  // namespace tally::strategy
