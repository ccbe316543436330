// JSON of any described struct, derived from the describe line: both ways for messages, and state_json to show the state
// of an entity. Decimals, ids, IntentId ("sub-7#12"), BatchId and EntityRef ("kind/key") are strings; enumerations their
// names; times integers (ns). An absent optional is left out. For whole messages use json.hpp.
#pragma once

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "messages/field_text.hpp"
#include "messages/json_path.hpp"
#include "messages/shape.hpp"
#include "messages/utf8.hpp"

namespace tally {

namespace json_codec {

namespace json = boost::json;
using namespace shape;

// ---- writing ----

template <class T>
json::value write(const T& value);

template <Described T>
void write_members(const T& value, json::object& out) {
  for_each_member<T>([&](auto member) {
    const auto& field = value.*(member.pointer);
    if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>) {
      if (field) out.emplace(member.name, write(*field));
    } else {
      out.emplace(member.name, write(field));
    }
  });
}

// A map by text is an object; by anything else, an array of [key, value].
template <AnyMap M>
json::value write_map(const M& map) {
  if constexpr (TextLike<typename M::key_type>) {
    json::object out;
    for (const auto& [key, value] : map) out.emplace(as_utf8(field_text(key)), write(value));
    return out;
  } else {
    json::array out;
    for (const auto& [key, value] : map) out.push_back(json::array{write(key), write(value)});
    return out;
  }
}

template <class T>
json::value write(const T& value) {
  if constexpr (std::same_as<T, bool>) return value;
  else if constexpr (std::same_as<T, std::string>) return json::value(as_utf8(value));
  else if constexpr (TextLike<T>) return json::value(field_text(value));
  else if constexpr (std::same_as<T, Time>) return value.ns;
  else if constexpr (std::same_as<T, Direction>) return std::int64_t{value.value};
  else if constexpr (Number<T> && std::is_signed_v<T>) return std::int64_t{value};
  else if constexpr (Number<T>) return std::uint64_t{value};
  else if constexpr (AnyOptional<T>) return value ? write(*value) : json::value(nullptr);
  else if constexpr (AnyPair<T>) return json::array{write(value.first), write(value.second)};
  else if constexpr (AnyMap<T>) return write_map(value);
  else if constexpr (Container<T>) {
    json::array out;
    for (const auto& element : value) out.push_back(write(element));
    return out;
  } else {
    static_assert(Described<T>, "not a type that has a JSON form: see messages/shape.hpp");
    json::object out;
    write_members(value, out);
    return out;
  }
}

// ---- reading: messages only ----

template <class T>
void read(const json::value& value, const JsonPath& path, T& out);

inline std::string_view read_string(const json::value& value, const JsonPath& path) {
  if (!value.is_string()) path.refuse("must be a string");
  return std::string_view(value.get_string().data(), value.get_string().size());
}

template <Number N>
N read_number(const json::value& value, const JsonPath& path) {
  if (!value.is_int64() && !value.is_uint64()) path.refuse("must be an integer");
  const bool fits = value.is_int64() ? std::in_range<N>(value.get_int64()) : std::in_range<N>(value.get_uint64());
  if (!fits) path.refuse("integer out of range");
  return value.is_int64() ? static_cast<N>(value.get_int64()) : static_cast<N>(value.get_uint64());
}

template <TextLike T>
T parse_text(std::string_view text) {
  if constexpr (std::same_as<T, IntentId>) return intent_of(text);
  else if constexpr (std::same_as<T, BatchId>) return batch_of(text);
  else if constexpr (std::same_as<T, EntityRef>) return entity_of(text);
  else if constexpr (AnyDecimal<T>) return T::parse(text);
  else return T(text);
}

template <Enumeration E>
E read_enumeration(const json::value& value, const JsonPath& path) {
  const std::string_view text = read_string(value, path);
  E result{};
  if (boost::describe::enum_from_string(std::string(text).c_str(), result)) return result;
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto e) { names += names.empty() ? e.name : std::string(", ") + e.name; });
  path.refuse("must be one of " + names);
}

template <TextLike T>
T read_text(const json::value& value, const JsonPath& path) {
  const std::string_view text = read_string(value, path);
  try {
    return parse_text<T>(text);
  } catch (const DecimalError& error) {
    path.refuse(error.what());
  } catch (const NameError& error) {
    path.refuse(error.what());
  }
}

template <Described T>
void refuse_unknown_fields(const json::object& object, const JsonPath& path, std::initializer_list<std::string_view> also) {
  for (const auto& entry : object) {
    const std::string_view key(entry.key().data(), entry.key().size());
    bool known = std::find(also.begin(), also.end(), key) != also.end();
    for_each_member<T>([&](auto member) { known |= key == member.name; });
    if (!known) (path / key).refuse("unknown field");
  }
}

// `also`: keys beside the described ones that the caller reads itself.
template <Described T>
void read_members(const json::value& value, const JsonPath& path, T& out, std::initializer_list<std::string_view> also = {}) {
  if (!value.is_object()) path.refuse("must be an object");
  const json::object& object = value.get_object();
  refuse_unknown_fields<T>(object, path, also);
  std::size_t position = 0;
  for_each_member<T>([&](auto member) {
    using Field = member_type<T, decltype(member)>;
    const json::value* field = object.if_contains(member.name);
    const bool required = position++ < required_members<T>() && !is_optional<Field>;
    if (field) read(*field, path / member.name, out.*(member.pointer));
    else if (required) (path / member.name).refuse("missing");
  });
}

template <class T>
void read(const json::value& value, const JsonPath& path, T& out) {
  if constexpr (std::same_as<T, bool>) {
    if (!value.is_bool()) path.refuse("must be true or false");
    out = value.get_bool();
  } else if constexpr (std::same_as<T, std::string>) out = read_string(value, path);
  else if constexpr (Enumeration<T>) out = read_enumeration<T>(value, path);
  else if constexpr (TextLike<T>) out = read_text<T>(value, path);
  else if constexpr (std::same_as<T, Time>) out.ns = read_number<std::int64_t>(value, path);
  else if constexpr (std::same_as<T, Direction>) {
    out.value = read_number<std::int8_t>(value, path);
    if (out.value < -1 || out.value > 1) path.refuse("must be -1, 0 or 1");
  } else if constexpr (Number<T>) out = read_number<T>(value, path);
  else if constexpr (AnyOptional<T>) read(value, path, out.emplace());
  else if constexpr (Sequence<T>) {
    if (!value.is_array()) path.refuse("must be an array");
    std::size_t index = 0;
    out.clear();
    for (const json::value& element : value.get_array()) read(element, path / index++, out.emplace_back());
  } else {
    static_assert(Described<T>, "not a type that is read from JSON");
    read_members(value, path, out);
  }
}

}  // namespace json_codec

// The state of an entity, for people and tools.
template <class S>
boost::json::value state_json(const S& state) {
  return json_codec::write(state);
}

}  // namespace tally
