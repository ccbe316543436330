#include "actors/strategy/definition_check.hpp"

#include <algorithm>
#include <set>

#include "actors/bars/timeframe.hpp"
#include "actors/indicators/nearest_name.hpp"
#include "actors/strategy/program.hpp"

namespace tally::strategy {
namespace {

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

class Check {
 public:
  explicit Check(const StrategyDefinition& definition) : definition_(definition) {}

  std::vector<Mistake> all() {
    if (definition_.strategy.empty()) wrong("strategy", "a strategy needs a name");
    roles();
    timeframes();
    parameters();
    indicators();
    rules();
    if (definition_.rate_limit.openings > 0 && definition_.rate_limit.per_ns <= 0)
      wrong("rate_limit.per", "must be a length of time above 0");
    return std::move(found_);
  }

 private:
  void wrong(std::string place, std::string problem, std::string suggestion = {}) {
    found_.push_back({std::move(place), 0, std::move(problem), std::move(suggestion)});
  }

  // A name that expressions may use.
  void name(const std::string& place, const std::string& text, std::set<std::string>& taken) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto good = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    if (text.empty() || !letter(text.front()) || !std::all_of(text.begin(), text.end(), good))
      wrong(place, "'" + text + "' is no name: letters, digits and '_', a letter first");
    else if (!taken.insert(text).second)
      wrong(place, "'" + text + "' is a name already");
  }
  // One that stands there without '$', and must not be what other words are.
  void bare_name(const std::string& place, const std::string& text) {
    if (holds(reserved_words, text) || holds(field_names, text) || holds(function_names, text))
      wrong(place, "'" + text + "' means something already and cannot be a name");
    else
      name(place, text, names_);
  }

  void roles() {
    if (definition_.roles.empty()) wrong("universe", "a universe needs at least one role");
    if (definition_.roles.size() > roles_max) wrong("universe", "no more than " + std::to_string(roles_max) + " roles");
    for (std::size_t i = 0; i < definition_.roles.size(); ++i)
      bare_name("universe[" + std::to_string(i) + ']', definition_.roles[i]);
  }

  void timeframes() {
    std::int64_t anchor = 0;
    try {
      bars::Timeframe::parse(definition_.anchor);
      anchor = definition_.anchor == "1d" ? ns_per_day : bars::length_of(definition_.anchor);
    } catch (const bars::TimeframeError& error) {
      wrong("timeframes.anchor", error.what());
    }
    std::optional<Zone> zone;
    try {
      if (!definition_.zone.empty()) zone.emplace(definition_.zone);
    } catch (const ZoneError& error) {
      wrong("timeframes.zone", error.what());
    }
    std::set<std::string> taken{definition_.anchor};
    for (std::size_t i = 0; i < definition_.timeframes.size(); ++i) {
      const std::string& text = definition_.timeframes[i];
      const std::string place = "timeframes.coarser[" + std::to_string(i) + ']';
      try {
        bars::Timeframe::parse(text);
        const std::int64_t length = text == "1d" ? ns_per_day : bars::length_of(text);
        if (!taken.insert(text).second) wrong(place, "'" + text + "' stands there already");
        else if (anchor > 0 && (length <= anchor || length % anchor != 0))
          wrong(place, "'" + text + "' is no whole number of bars of the anchor, " + definition_.anchor);
      } catch (const bars::TimeframeError& error) {
        wrong(place, error.what());
      }
    }
  }

  void parameters() {
    std::set<std::string> taken;
    for (const StrategyParameter& parameter : definition_.parameters) {
      const std::string place = "parameters." + parameter.name;
      name(place, parameter.name, taken);
      if (parameter.maximum < parameter.minimum) wrong(place + ".max", "is below min, " + parameter.minimum.text());
      else if (parameter.value < parameter.minimum || parameter.maximum < parameter.value)
        wrong(place + ".default",
              parameter.value.text() + " is outside " + parameter.minimum.text() + " to " + parameter.maximum.text());
    }
  }

  void indicators() {
    for (const StrategyIndicator& indicator : definition_.indicators) bare_name("indicators." + indicator.name, indicator.name);
  }

  void rules() {
    if (definition_.rules.empty()) wrong("rules", "a strategy without rules wishes for nothing");
    std::set<std::string> taken;
    for (const StrategyRules& rules : definition_.rules) {
      const std::string place = "rules." + rules.role;
      if (!holds(definition_.roles, rules.role)) {
        const std::vector<std::string_view> known(definition_.roles.begin(), definition_.roles.end());
        wrong(place, "'" + rules.role + "' is no role of the universe", indicators::nearest_name(rules.role, known));
      } else if (!taken.insert(rules.role).second) {
        wrong(place, "'" + rules.role + "' has its rules already");
      } else if (rules.long_when.empty() && rules.short_when.empty()) {
        wrong(place, "has neither long nor short, so it would never open");
      }
    }
  }

  const StrategyDefinition& definition_;
  std::vector<Mistake> found_;
  std::set<std::string> names_;  // roles and indicators
};

}  // namespace

std::vector<Mistake> check_definition(const StrategyDefinition& definition) { return Check(definition).all(); }

}  // namespace tally::strategy
