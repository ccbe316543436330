// The parts of a backtest's configuration that say how it is looked at: statistics, sweep, walk forward; and how parts are read.
#pragma once

#include "app/backtest/config.hpp"

namespace tally::backtest {

// What `read` throws as std::exception becomes a mistake of that key.
template <class Read>
auto read_at(YamlSection& section, std::string_view key, Read read) {
  const std::string text = section.value<std::string>(key);
  try {
    return read(text);
  } catch (const std::exception& error) {
    section.refuse(key, error.what());
  }
}

template <class T>
std::optional<T> value_if(YamlSection& section, std::string_view key) {
  if (!section.has(key)) return std::nullopt;
  return section.value<std::optional<T>>(key);
}

inline std::vector<std::string> keys_of(const YAML::Node& node) {
  std::vector<std::string> keys;
  if (node.IsMap())
    for (const auto& pair : node) keys.push_back(pair.first.Scalar());
  return keys;
}

// Needs `config.timeframe_ns`. `root` is the document that `top` looks into: a mapping of free names needs both.
void read_terms(YamlSection& top, const YAML::Node& root, Config& config);

}  // namespace tally::backtest
