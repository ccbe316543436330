// What strategies are made of and what they say. A strategy wishes for a position in a role of its universe and names neither
// order nor venue nor account; its intents become signals of its source. Grammar: docs/strategies.md.
#pragma once

#include <vector>

#include "messages/signals.hpp"

namespace tally {

using ParameterValue = Decimal<struct ParameterValueTag, std::int64_t, 9>;
using ParamsHash = Token<struct ParamsHashTag, 16>;  // of the bound values, in hex; see params_hash_of

struct StrategyParameter {
  std::string name;
  ParameterValue value;    // its default; in StrategyVersionAdopted what it is bound to
  ParameterValue minimum;
  ParameterValue maximum;
  bool operator==(const StrategyParameter&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategyParameter, (), (name, value, minimum, maximum))

struct StrategyIndicator {
  std::string name;
  std::string expression;  // "ema(close, $fast)@1h"
  bool operator==(const StrategyIndicator&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategyIndicator, (), (name, expression))

// When to be where in one role. Expressions; an empty one is not there.
struct StrategyRules {
  std::string role;
  std::string long_when;
  std::string short_when;
  std::string exit_when;   // leaves the position unless a rule wants the other side in the same bar
  std::string flat_when;   // leaves it whatever the others say
  std::string stop_loss_ratio;
  std::string size_hint;
  std::string confidence;
  bool operator==(const StrategyRules&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategyRules, (),
                      (role, long_when, short_when, exit_when, flat_when, stop_loss_ratio, size_hint, confidence))

// At most so many openings in any window of that length, counted in time of bars. 0 openings: no limit.
struct StrategyRateLimit {
  std::uint32_t openings = 0;
  std::int64_t per_ns = 0;
  bool operator==(const StrategyRateLimit&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategyRateLimit, (), (openings, per_ns))

// A strategy file, free of its layout.
struct StrategyDefinition {
  SignalSourceId strategy;
  std::vector<std::string> roles;
  std::string anchor;                   // timeframe whose bars decide, e.g. "1m"
  std::vector<std::string> timeframes;  // coarser ones
  std::string zone;                     // whose days "1d" means; empty: UTC
  std::vector<StrategyParameter> parameters;
  std::vector<StrategyIndicator> indicators;
  std::vector<StrategyRules> rules;
  StrategyRateLimit rate_limit;
  bool operator==(const StrategyDefinition&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategyDefinition, (),
                      (strategy, roles, anchor, timeframes, zone, parameters, indicators, rules, rate_limit))

// Configuration binds a role to the product that it means here.
struct StrategyBinding {
  std::string role;
  ProductId product;
  bool operator==(const StrategyBinding&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategyBinding, (), (role, product))

// From the bars that close after `after` on, the strategy is this one.
struct StrategyVersionAdopted {
  static constexpr About about{30, 1, Layer::system, "strategy.version", "strategy version"};
  SignalSourceId strategy;
  std::uint64_t version = 0;            // 1, 2, 3 ...
  ParamsHash params_hash;
  StrategyDefinition definition;        // parameters bound
  std::vector<StrategyBinding> bindings;
  Time after;                           // the last anchor bar that the version before has judged
};
BOOST_DESCRIBE_STRUCT(StrategyVersionAdopted, (), (strategy, version, params_hash, definition, bindings, after))

// The kill switch of one strategy. While it does not run it opens nothing; it still leaves what it wanted.
struct StrategySwitched {
  static constexpr About about{31, 1, Layer::system, "strategy.switch", "strategy key"};
  IdempotencyKey key;
  OperatorId by;
  SignalSourceId strategy;
  bool running = false;
  Time after;                           // bars that close later are judged by it
};
BOOST_DESCRIBE_STRUCT(StrategySwitched, (), (key, by, strategy, running, after))

// One value that the deciding rule read, as the shortest text of the same number.
struct StrategyReading {
  std::string name;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(StrategyReading, (), (name, value))

struct TapePlace {
  std::string tape;
  std::uint64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(TapePlace, (), (tape, offset))

// A strategy wants another direction than before. One for each change, so the same bars twice say nothing twice.
struct StrategyIntent {
  static constexpr About about{32, 1, Layer::intent, "strategy.intent", "strategy version params_hash product anchor_closed_at", 9};
  SignalSourceId strategy;
  std::uint64_t version = 0;
  ParamsHash params_hash;
  std::string role;
  ProductId product;
  Time anchor_closed_at;                    // of the bar that decided
  Direction direction;
  std::string rule;                         // long, short, exit or flat
  std::vector<StrategyReading> evidence;    // what it read
  std::optional<Ratio> stop_loss_ratio;     // of openings; 0 < ratio <= 1
  std::optional<Quantity> size_hint;        // advice to whoever sizes; nobody is bound by it
  std::optional<Ratio> confidence;          // 0 to 1
  std::string run_id;                       // of a backtest
  std::optional<TapePlace> tape;            // where the bar that decided is recorded
};
BOOST_DESCRIBE_STRUCT(StrategyIntent, (),
                      (strategy, version, params_hash, role, product, anchor_closed_at, direction, rule, evidence, stop_loss_ratio,
                       size_hint, confidence, run_id, tape))

}  // namespace tally
