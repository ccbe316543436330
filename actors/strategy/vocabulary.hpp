// The words that every strategy knows: the series of a bar, functions, and the outputs of indicators that have several.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "actors/indicators/bar.hpp"

namespace tally::strategy {

enum class Field : unsigned char { open, high, low, close, volume };
inline constexpr std::array<std::string_view, 5> field_names = {"open", "high", "low", "close", "volume"};
std::optional<Field> field_of(std::string_view name);

inline double value_of(const indicators::Bar& bar, Field field) {
  const double* const values[] = {&bar.open, &bar.high, &bar.low, &bar.close, &bar.volume};
  return *values[static_cast<unsigned char>(field)];
}

inline constexpr std::array<std::string_view, 6> function_names = {"crosses_above", "crosses_below", "abs",
                                                                   "min",           "max",           "advice"};
inline constexpr std::array<std::string_view, 3> reserved_words = {"and", "or", "not"};

// What the outputs of an indicator are called in expressions, in the order of its columns; empty where it has one only.
std::span<const std::string_view> outputs_of(std::string_view kind);

// Whether the indicator reads the closes alone, so that another series may stand in their place: ema(high, 20).
bool reads_one_series(std::string_view kind);

}  // namespace tally::strategy
