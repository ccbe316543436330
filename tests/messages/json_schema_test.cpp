#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <regex>

#include "messages/json.hpp"
#include "tests/catch.hpp"
#include "tests/messages/random_message.hpp"

using namespace tally;
namespace json = boost::json;

namespace {

// As much of JSON Schema as ours use. Returns the first complaint, or nothing.
class Checker {
 public:
  explicit Checker(const json::value& root) : root_(root.as_object()) {}

  std::string check(const json::value& value) const { return check(value, root_, "$"); }

 private:
  std::string check(const json::value& value, const json::object& schema, const std::string& path) const {
    for (const auto& [keyword, wanted] : schema) {
      if (keyword == "$ref") {
        const std::string name = std::string(wanted.as_string()).substr(std::string("#/$defs/").size());
        if (auto complaint = check(value, root_.at("$defs").as_object().at(name).as_object(), path); !complaint.empty()) return complaint;
      } else if (keyword == "type") {
        if (!is_type(value, wanted.as_string())) return path + " is not of type " + std::string(wanted.as_string());
      } else if (keyword == "const") {
        if (value != wanted) return path + " is not the constant";
      } else if (keyword == "enum") {
        const auto& choices = wanted.as_array();
        if (std::find(choices.begin(), choices.end(), value) == choices.end()) return path + " is none of the choices";
      } else if (keyword == "pattern") {
        if (!std::regex_search(std::string(value.as_string()), std::regex(std::string(wanted.as_string())))) return path + " does not match";
      } else if (keyword == "items") {
        std::size_t i = 0;
        for (const auto& element : value.as_array())
          if (auto complaint = check(element, wanted.as_object(), path + "[" + std::to_string(i++) + "]"); !complaint.empty()) return complaint;
      } else if (keyword == "required") {
        for (const auto& name : wanted.as_array())
          if (!value.as_object().contains(name.as_string())) return path + " lacks " + std::string(name.as_string());
      } else if (keyword == "properties") {
        for (const auto& [name, field] : value.as_object()) {
          const auto* property = wanted.as_object().if_contains(name);
          if (!property) return path + " has a foreign " + std::string(name);
          if (auto complaint = check(field, property->as_object(), path + "." + std::string(name)); !complaint.empty()) return complaint;
        }
      } else if (keyword == "minimum" || keyword == "maximum") {
        const long double bound = number_of(wanted);
        if (keyword == "minimum" ? number_of(value) < bound : number_of(value) > bound) return path + " is out of bounds";
      } else if (!is_annotation(keyword)) {
        return "unknown keyword " + std::string(keyword);
      }
    }
    return {};
  }

  static long double number_of(const json::value& value) {
    return value.is_int64() ? static_cast<long double>(value.as_int64()) : static_cast<long double>(value.as_uint64());
  }
  static bool is_annotation(std::string_view keyword) {
    return keyword == "$schema" || keyword == "$defs" || keyword == "title" || keyword == "description" || keyword == "additionalProperties" ||
           keyword.starts_with("x-");
  }
  static bool is_type(const json::value& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    return type == "integer" && (value.is_int64() || value.is_uint64());
  }

  const json::object& root_;
};

}  // namespace

TEST_CASE("The schema of a message accepts the JSON of that message and nothing with a field more or less") {
  for (const CatalogRow& row : catalog()) {
    const json::value schema = json_schema(row.name);
    const Checker checker(schema);
    INFO(row.name);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      json::value value = to_json(test::random_message(row, seed, seed == 0));
      CHECK(checker.check(value) == "");
      value.as_object().emplace("foreign", 1);
      CHECK(checker.check(value) == "$ has a foreign foreign");
    }
    json::value other = to_json(test::random_message(row, 1));
    other.as_object()["message"] = "Other";
    CHECK(checker.check(other) == "$.message is not the constant");
  }
}

TEST_CASE("What a schema requires is what the decoder requires") {
  for (const CatalogRow& row : catalog()) {
    const json::value schema = json_schema(row.name);
    const auto& required = schema.at("required").as_array();
    const json::value whole = to_json(test::random_message(row, 2, true));
    for (const auto& field : whole.as_object()) {
      json::value without = whole;
      without.as_object().erase(field.key());
      const bool is_required = std::find(required.begin(), required.end(), json::value(field.key())) != required.end();
      INFO(row.name << " without " << field.key());
      if (is_required) CHECK_THROWS_AS(message_from_json(without), JsonError);
      else CHECK_NOTHROW(message_from_json(without));
    }
  }
}

TEST_CASE("Every schema says its dialect, is closed, and resolves its references") {
  const json::value all = json_schema("");
  CHECK(all.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  CHECK(all.at("oneOf").as_array().size() == catalog().size());
  const auto& definitions = all.at("$defs").as_object();
  for (const auto& choice : all.at("oneOf").as_array())
    CHECK(definitions.contains(std::string(choice.at("$ref").as_string()).substr(std::string("#/$defs/").size())));
  for (const CatalogRow& row : catalog()) {
    const json::value root{{"$ref", "#/$defs/" + std::string(row.name)}, {"$defs", definitions}};
    CHECK(Checker(root).check(to_json(test::random_message(row, 3, true))) == "");
  }
  for (const auto& [name, definition] : definitions) {
    INFO(name);
    CHECK(definition.at("additionalProperties") == false);
    CHECK(definition.at("type") == "object");
  }
}

TEST_CASE("There is no schema of a message that does not exist") { CHECK_THROWS_AS(json_schema("Nonsense"), JsonError); }
