// What a definition is called once its parameters are bound: bind and the two hashes of compile.hpp.
#include "actors/indicators/nearest_name.hpp"
#include "actors/strategy/compile.hpp"
#include "actors/strategy/hash_text.hpp"
#include "actors/strategy/names.hpp"

namespace tally::strategy {

StrategyDefinition bind(StrategyDefinition definition, const std::map<std::string, ParameterValue>& chosen) {
  std::vector<Mistake> mistakes;
  for (const auto& [name, value] : chosen) {
    std::vector<std::string_view> known;
    StrategyParameter* meant = nullptr;
    for (StrategyParameter& parameter : definition.parameters) {
      known.push_back(parameter.name);
      if (parameter.name == name) meant = &parameter;
    }
    if (!meant)
      mistakes.push_back({"parameters." + name, 0, quoted(name) + " is no parameter", indicators::nearest_name(name, known)});
    else if (value < meant->minimum || meant->maximum < value)
      mistakes.push_back(
          {"parameters." + name, 0, value.text() + " is outside " + meant->minimum.text() + " to " + meant->maximum.text(), {}});
    else meant->value = value;
  }
  if (!mistakes.empty()) throw Mistakes(mistakes);
  return definition;
}

ParamsHash params_hash_of(const StrategyDefinition& definition) {
  std::map<std::string, std::string> sorted;
  for (const StrategyParameter& parameter : definition.parameters) sorted[parameter.name] = parameter.value.text();
  std::string text;
  for (const auto& [name, value] : sorted) text += name + '=' + value + '\n';
  return ParamsHash(hash_text(text));
}

std::string definition_hash_of(const StrategyDefinition& definition) {
  std::string text;
  const auto add = [&](std::string_view part) { text.append(part) += '\0'; };
  add(definition.strategy.text());
  for (const std::string& role : definition.roles) add(role);
  add(definition.anchor);
  for (const std::string& timeframe : definition.timeframes) add(timeframe);
  add(definition.zone);
  for (const StrategyParameter& parameter : definition.parameters)
    add(parameter.name), add(parameter.value.text()), add(parameter.minimum.text()), add(parameter.maximum.text());
  for (const StrategyIndicator& indicator : definition.indicators) add(indicator.name), add(indicator.expression);
  for (const StrategyRules& rules : definition.rules)
    for (const std::string* part : {&rules.role, &rules.long_when, &rules.short_when, &rules.exit_when, &rules.flat_when,
                                    &rules.stop_loss_ratio, &rules.size_hint, &rules.confidence})
      add(*part);
  add(std::to_string(definition.rate_limit.openings));
  add(std::to_string(definition.rate_limit.per_ns));
  return hash_text(text);
}

}  // namespace tally::strategy
