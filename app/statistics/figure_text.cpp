#include "app/statistics/figure_text.hpp"

#include <cmath>
#include <cstdio>

#include "app/shortest_text.hpp"

namespace tally {

std::string json_of(const Figure& figure) {
  if (const std::string* text = std::get_if<std::string>(&figure.value)) return '"' + *text + '"';  // a date or an instant
  if (const std::uint64_t* count = std::get_if<std::uint64_t>(&figure.value)) return std::to_string(*count);
  const double value = std::get<double>(figure.value);
  if (std::isnan(value)) return "\"nan\"";
  return std::isinf(value) ? '"' + shortest_text(value) + '"' : shortest_text(value);
}

std::string text_of(const Figure& figure) {
  if (const double* value = std::get_if<double>(&figure.value)) {
    char text[32];
    return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.6g", *value))};
  }
  if (const std::uint64_t* value = std::get_if<std::uint64_t>(&figure.value)) return std::to_string(*value);
  return std::get<std::string>(figure.value);
}

}  // namespace tally
