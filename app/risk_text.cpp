#include "app/risk_text.hpp"

#include <stdexcept>

#include "app/yaml_section.hpp"

namespace tally {
namespace {

// What the trading system's document names, keeps its name.
std::string limit_name(std::string_view field) { return field == "open_positions_max" ? "maxOpenPositions" : camel_case(field); }

template <class T>
std::string as_text(const T& value) {
  if constexpr (shape::AnyOptional<T>) return value ? as_text(*value) : "none";
  else if constexpr (std::same_as<T, bool>) return value ? "true" : "false";
  else return field_text(value);
}

template <class T>
void from_text(const std::string& text, T& out) {
  if constexpr (shape::AnyOptional<T>) {
    if (text == "none") out.reset();
    else from_text(text, out.emplace());
  } else if constexpr (std::same_as<T, bool>) {
    if (!yaml_text::read_bool(text, out)) throw std::invalid_argument("'" + text + "' is neither true nor false");
  } else if constexpr (shape::Number<T>) {
    if (!yaml_text::read_number(text, out) || out < 0) throw std::invalid_argument("'" + text + "' is not a whole number");
  } else {
    out = json_codec::parse_text<T>(text);
    if (out < T{}) throw std::invalid_argument("'" + text + "' is below zero");
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> limits_as_text(const RiskLimits& limits) {
  std::vector<std::pair<std::string, std::string>> rows;
  shape::for_each_member<RiskLimits>([&](auto member) { rows.emplace_back(limit_name(member.name), as_text(limits.*(member.pointer))); });
  return rows;
}

void set_limit(RiskLimits& limits, const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos) throw std::invalid_argument("'" + assignment + "' is not name=value");
  const std::string name = assignment.substr(0, equals);
  bool known = false;
  std::string names;
  shape::for_each_member<RiskLimits>([&](auto member) {
    const std::string this_name = limit_name(member.name);
    names += (names.empty() ? "" : ", ") + this_name;
    if (this_name != name) return;
    known = true;
    try {
      from_text(assignment.substr(equals + 1), limits.*(member.pointer));
    } catch (const std::exception& error) {
      throw std::invalid_argument(name + ": " + error.what());
    }
  });
  if (!known) throw std::invalid_argument("there is no limit '" + name + "'; known are " + names);
}

}  // namespace tally
