// Strategies made of a few lines, and minute bars to run them over.
#pragma once

#include <string>
#include <vector>

#include "actors/strategy/compile.hpp"
#include "actors/strategy/strategy.hpp"

namespace tally::test {

inline constexpr std::int64_t minute = 60 * ns_per_s;
inline constexpr std::int64_t midnight = 1'704'067'200 * ns_per_s;  // 2024-01-01T00:00:00Z

// One role, "main", on minutes, with parameter n = 3 in [1, 100]. Tests change what they are about.
inline StrategyDefinition sample() {
  StrategyDefinition definition;
  definition.strategy = SignalSourceId("sample");
  definition.roles = {"main"};
  definition.anchor = "1m";
  definition.timeframes = {"5m", "1h"};
  definition.parameters = {{"n", ParameterValue::whole(3), ParameterValue::whole(1), ParameterValue::whole(100)}};
  definition.rules = {{"main", "close > 100", "", "", "", "", "", ""}};
  return definition;
}
inline StrategyDefinition with_rules(std::string long_when, std::string short_when = "", std::string exit_when = "") {
  StrategyDefinition definition = sample();
  definition.rules = {{"main", std::move(long_when), std::move(short_when), std::move(exit_when), "", "", "", ""}};
  return definition;
}

inline std::vector<StrategyBinding> bound(const StrategyDefinition& definition) {
  std::vector<StrategyBinding> bindings;
  for (const std::string& role : definition.roles) bindings.push_back({role, ProductId("P-" + role)});
  return bindings;
}

inline Strategy started(const StrategyDefinition& definition) {
  Strategy strategy(definition.strategy);
  strategy.adopt(strategy.adoption_of(*strategy::compile(definition), bound(definition)));
  return strategy;
}

// Bar k closes k + 1 minutes after midnight.
inline AnchorBar bar_at(std::size_t k, double close, std::uint32_t role = 0) {
  return {midnight + static_cast<std::int64_t>(k + 1) * minute, role, {close, close, close, close, 1}};
}
inline std::vector<AnchorBar> closes(const std::vector<double>& prices) {
  std::vector<AnchorBar> bars;
  for (const double price : prices) bars.push_back(bar_at(bars.size(), price));
  return bars;
}

// All intents over all bars; at most `chunk` bars are handed in at once.
inline std::vector<StrategyIntent> run(Strategy& strategy, std::span<const AnchorBar> bars, std::size_t chunk = SIZE_MAX) {
  std::vector<StrategyIntent> all;
  while (!bars.empty()) {
    const std::size_t taken = strategy.advance(bars.first(std::min(chunk, bars.size())));
    all.insert(all.end(), strategy.intents().begin(), strategy.intents().end());
    bars = bars.subspan(taken);
  }
  return all;
}

// "0:+1 4:0": bar (from 0) and direction of each intent.
inline std::string told(const std::vector<StrategyIntent>& intents) {
  std::string text;
  for (const StrategyIntent& intent : intents)
    text += (text.empty() ? "" : " ") + std::to_string((intent.anchor_closed_at.ns - midnight) / minute - 1) + ':' +
            (intent.direction.value > 0 ? "+1" : std::to_string(intent.direction.value));
  return text;
}
inline std::string over(const StrategyDefinition& definition, const std::vector<double>& prices) {
  Strategy strategy = started(definition);
  return told(run(strategy, closes(prices)));
}

// "rules.main.long:9: 'fsat' is not known; did you mean 'fast'?", one a line; empty where it compiles.
inline std::string mistakes_in(const StrategyDefinition& definition) {
  try {
    strategy::compile(definition);
    return {};
  } catch (const strategy::Mistakes& mistakes) {
    std::string lines;
    for (const strategy::Mistake& mistake : mistakes.found)
      lines += (lines.empty() ? "" : "\n") + mistake.place + ':' + std::to_string(mistake.offset + 1) + ": " + mistake.text();
    return lines;
  }
}

}  // namespace tally::test
