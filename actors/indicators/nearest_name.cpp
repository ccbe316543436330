#include "actors/indicators/nearest_name.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace tally::indicators {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Levenshtein's distance; upper and lower case are the same letter.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t other = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({other, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_name(std::string_view written, std::span<const std::string_view> names) {
  std::string_view best;
  std::size_t least = 0;
  for (const std::string_view name : names) {
    const std::size_t away = distance(written, name);
    if (best.empty() || away < least) {
      best = name;
      least = away;
    }
  }
  const std::size_t longer = std::max(written.size(), best.size());
  return std::string(least <= std::max<std::size_t>(2, longer / 3) && least < longer ? best : std::string_view());
}

}  // namespace tally::indicators
