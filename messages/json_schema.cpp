// JSON Schema (draft 2020-12), derived like the codec: what the schema accepts, message_from_json accepts, except that a
// schema cannot say how large a decimal may be.
#include "messages/catalog.hpp"
#include "messages/json.hpp"
#include "messages/json_codec.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace shape;

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

json::object text_schema(std::string pattern, std::string_view description) {
  return {{"type", "string"}, {"pattern", std::move(pattern)}, {"description", description}};
}

const std::string name_pattern = "[A-Za-z0-9._:/@-]{0," + std::to_string(Symbol::length_max) + "}";
const std::string count_pattern = "(0|[1-9][0-9]{0,19})";

template <class T>
json::object schema_of(json::object& definitions);

template <Described T>
json::object members_schema(json::object& definitions, json::object properties, json::array required) {
  std::size_t position = 0;
  for_each_member<T>([&](auto member) {
    using Field = member_type<T, decltype(member)>;
    properties.emplace(member.name, schema_of<Field>(definitions));
    if (position++ < required_members<T>() && !is_optional<Field>) required.emplace_back(member.name);
  });
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}, {"additionalProperties", false}};
}

// A message inside another is its fields alone, under a name of its own.
template <Described T>
json::object nested_schema(json::object& definitions) {
  std::string name(type_name<T>());
  if constexpr (requires { T::about; }) name += ".fields";
  if (!definitions.contains(name)) {
    definitions.emplace(name, nullptr);  // taken, should it hold itself
    definitions[name] = members_schema<T>(definitions, {}, {});
  }
  return {{"$ref", "#/$defs/" + name}};
}

template <Enumeration E>
json::object enumeration_schema() {
  json::array names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto e) { names.emplace_back(e.name); });
  return {{"type", "string"}, {"enum", std::move(names)}, {"description", type_name<E>()}};
}

template <class T>
json::object schema_of(json::object& definitions) {
  if constexpr (std::same_as<T, bool>) return {{"type", "boolean"}};
  else if constexpr (std::same_as<T, std::string>) return {{"type", "string"}};
  else if constexpr (std::same_as<T, IntentId>) return text_schema("^" + name_pattern + "#" + count_pattern + "$", "subscription#number");
  else if constexpr (std::same_as<T, BatchId>) return text_schema("^" + name_pattern + "#w?" + count_pattern + "$", "product#number; w: a withdrawal's");
  else if constexpr (std::same_as<T, EntityRef>) {
    std::string kinds;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<EntityKind>>(
        [&](auto e) { kinds += (kinds.empty() ? "" : "|") + std::string(e.name); });
    return text_schema("^(" + kinds + ")/" + name_pattern + "$", "kind/key of an entity");
  } else if constexpr (AnyDecimal<T>) {
    return text_schema("^[+-]?[0-9]+(\\.[0-9]{1," + std::to_string(T::scale) + "}0*)?$", "exact decimal of scale " + std::to_string(T::scale));
  } else if constexpr (Name<T>) return text_schema("^" + name_pattern + "$", "name");
  else if constexpr (AnyToken<T>) return text_schema("^[!-~]{0," + std::to_string(T::length_max) + "}$", "id");
  else if constexpr (Enumeration<T>) return enumeration_schema<T>();
  else if constexpr (std::same_as<T, Time>) return {{"type", "integer"}, {"description", "UTC nanoseconds since 1970"}};
  else if constexpr (std::same_as<T, Direction>) return {{"type", "integer"}, {"enum", json::array{-1, 0, 1}}, {"description", "-1 short, 0 flat, 1 long"}};
  else if constexpr (Number<T>) {
    return {{"type", "integer"}, {"minimum", std::numeric_limits<T>::min()}, {"maximum", std::numeric_limits<T>::max()}};
  } else if constexpr (AnyOptional<T>) return schema_of<typename T::value_type>(definitions);
  else if constexpr (Sequence<T>) return {{"type", "array"}, {"items", schema_of<typename T::value_type>(definitions)}};
  else return nested_schema<T>(definitions);
}

json::array words(std::string_view text) {
  json::array out;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    out.emplace_back(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

template <class M>
json::object message_schema(json::object& definitions) {
  json::object envelope{{"message", {{"const", type_name<M>()}}},
                        {"schema_version", {{"type", "integer"}, {"minimum", 1}, {"maximum", M::about.version}}}};
  json::object schema = members_schema<M>(definitions, std::move(envelope), {"message"});
  schema.emplace("title", type_name<M>());
  schema.emplace("x-number", M::about.number);
  schema.emplace("x-layer", enumerator_name(M::about.layer));
  schema.emplace("x-topic", M::about.topic);
  schema.emplace("x-idempotency-key", words(M::about.key));
  return schema;
}

template <class... M>
json::value schema_of_one(std::string_view name, std::type_identity<boost::mp11::mp_list<M...>>) {
  json::object definitions;
  json::object schema;
  ((name == type_name<M>() ? void(schema = message_schema<M>(definitions)) : void()), ...);
  if (schema.empty()) throw JsonError("$: no message is called '" + std::string(name.substr(0, 48)) + "'");
  schema.emplace("$schema", dialect);
  if (!definitions.empty()) schema.emplace("$defs", std::move(definitions));
  return schema;
}

template <class... M>
json::value schema_of_all(std::type_identity<boost::mp11::mp_list<M...>>) {
  json::object definitions;
  (definitions.emplace(type_name<M>(), message_schema<M>(definitions)), ...);
  json::array choice;
  for (const CatalogRow& row : catalog()) choice.push_back(json::object{{"$ref", "#/$defs/" + std::string(row.name)}});
  return {{"$schema", dialect}, {"title", "Messages of Tallystick"}, {"oneOf", std::move(choice)}, {"$defs", std::move(definitions)}};
}

}  // namespace

json::value json_schema(std::string_view name) {
  using All = std::type_identity<Types>;
  return name.empty() ? schema_of_all(All{}) : schema_of_one(name, All{});
}

}  // namespace tally
