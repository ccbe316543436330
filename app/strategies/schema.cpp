#include "app/strategies/strategy_file.hpp"

#include <boost/json.hpp>

namespace tally {
namespace {

namespace json = boost::json;

constexpr std::string_view word = "^[A-Za-z_][A-Za-z0-9_]*$";
constexpr std::string_view timeframe = "^([1-9][0-9]*[smh]|1d)$";
constexpr std::string_view decimal = "^[+-]?[0-9]+(\\.[0-9]+)?$";

json::object text_of(std::string_view description) {
  return {{"type", "string"}, {"minLength", 1}, {"description", description}};
}

json::object object_of(json::object properties, json::array required = {}) {
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

// A mapping of names that the strategy chooses.
json::object named(json::value of, std::string_view description) {
  return {{"type", "object"},
          {"propertyNames", {{"pattern", word}}},
          {"additionalProperties", std::move(of)},
          {"description", description}};
}

// YAML's numbers come as numbers or, where they must be exact, as text.
json::object number_of(std::string_view description) {
  return {{"oneOf", json::array{json::object{{"type", "number"}}, json::object{{"type", "string"}, {"pattern", decimal}}}},
          {"description", description}};
}

json::object expression_of(std::string_view description) {
  return {{"oneOf", json::array{json::object{{"type", "string"}, {"minLength", 1}}, json::object{{"type", "number"}}}},
          {"description", description}};
}

}  // namespace

std::string strategy_schema() {
  const json::object timeframe_text{{"type", "string"}, {"pattern", timeframe}};
  json::object rules = object_of(
      {{"long", expression_of("condition: wants to be long")},
       {"short", expression_of("condition: wants to be short")},
       {"exit", expression_of("condition: leaves the position, unless long or short wants another")},
       {"flat", expression_of("condition: leaves the position, whatever the others say")},
       {"stop_loss_ratio", expression_of("number, above 0 and at most 1: distance of the stop as a share of the price")},
       {"size_hint", expression_of("number, above 0: advice to whoever sizes")},
       {"confidence", expression_of("number, 0 to 1")}});
  rules.emplace("anyOf",
                json::array{json::object{{"required", json::array{"long"}}}, json::object{{"required", json::array{"short"}}}});
  json::object schema = object_of(
      {{"strategy",
        {{"type", "string"}, {"pattern", "^[A-Za-z0-9._:/@-]{1,63}$"}, {"description", "name; the source of its signals"}}},
       {"description", text_of("for people")},
       {"universe",
        {{"type", "array"},
         {"items", {{"type", "string"}, {"pattern", word}}},
         {"minItems", 1},
         {"maxItems", strategy::roles_max},
         {"uniqueItems", true},
         {"description", "roles; configuration says which product each of them is"}}},
       {"timeframes", object_of({{"anchor", timeframe_text},
                                 {"coarser", {{"type", "array"}, {"items", timeframe_text}, {"uniqueItems", true}}},
                                 {"zone", text_of("IANA zone whose days 1d means; UTC without it")}},
                                {"anchor"})},
       {"parameters", named(object_of({{"default", number_of("its value unless another is chosen")},
                                       {"min", number_of("least")},
                                       {"max", number_of("greatest")}},
                                      {"default", "min", "max"}),
                            "numbers that expressions name with a dollar sign")},
       {"indicators", named(text_of("call of an indicator, such as ema(close, $fast)@5m"), "named indicators")},
       {"rules", named(std::move(rules), "by role")},
       {"rate_limit", object_of({{"openings", {{"type", "integer"}, {"minimum", 1}, {"maximum", 100'000}}},
                                 {"per", {{"type", "string"}, {"pattern", "^[1-9][0-9]*[smh]$"}}}},
                                {"openings", "per"})}},
      {"strategy", "universe", "timeframes", "rules"});
  schema.emplace("$schema", "https://json-schema.org/draft/2020-12/schema");
  schema.emplace("title", "A strategy of Tallystick");
  return json::serialize(schema);
}

}  // namespace tally
