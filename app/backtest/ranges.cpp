#include "app/backtest/ranges.hpp"

#include <charconv>
#include <sstream>

namespace tally::backtest {
namespace {

constexpr std::size_t axis_values_max = 10'000;

std::uint64_t whole_number(const std::string& text, std::string_view what) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    throw std::invalid_argument("'" + text + "' is no " + std::string(what));
  return number;
}

}  // namespace

SweepAxis axis_of(const std::string& text) {
  const auto refuse = [&](const std::string& why) -> SweepAxis {
    throw std::invalid_argument("'" + text + "' " + why + "; a sweep is NAME=LOW:HIGH:STEP or STRATEGY.NAME=LOW:HIGH:STEP");
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return refuse("names no parameter");
  SweepAxis axis;
  axis.parameter = text.substr(0, equals);
  if (const std::size_t point = axis.parameter.rfind('.'); point != std::string::npos) {
    axis.strategy = axis.parameter.substr(0, point);
    axis.parameter = axis.parameter.substr(point + 1);
  }
  std::vector<std::string> parts;
  std::stringstream range(text.substr(equals + 1));
  for (std::string part; std::getline(range, part, ':');) parts.push_back(part);
  if (parts.size() != 3) return refuse("has no LOW:HIGH:STEP");
  ParameterValue low, high, step;
  try {
    low = ParameterValue::parse(parts[0]);
    high = ParameterValue::parse(parts[1]);
    step = ParameterValue::parse(parts[2]);
  } catch (const DecimalError& error) {
    return refuse(std::string("holds no exact decimal: ") + error.what());
  }
  if (step <= ParameterValue{}) return refuse("has a step that is not above zero");
  if (high < low) return refuse("ends below where it begins");
  for (ParameterValue value = low; value <= high; value += step) {
    if (axis.values.size() == axis_values_max) return refuse("has more than " + std::to_string(axis_values_max) + " values");
    axis.values.push_back(value);
  }
  return axis;
}

std::int64_t window_of(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("is empty; a length is such as 90d, 12h or 30m");
  const std::uint64_t count = whole_number(text.substr(0, text.size() - 1), "length such as 90d, 12h or 30m");
  const char unit = text.back();
  const std::int64_t seconds = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3'600 : unit == 'd' ? 86'400 : 0;
  if (seconds == 0) throw std::invalid_argument("'" + text + "' is no length such as 90d, 12h or 30m");
  if (count < 1 || count > 36'500) throw std::invalid_argument("'" + text + "' is out of range: 1 to 36500 of a unit");
  return static_cast<std::int64_t>(count) * seconds * ns_per_s;
}

}  // namespace tally::backtest
