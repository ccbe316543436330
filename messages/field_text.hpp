// One field as one short text: what its JSON string or number says, without quotes. Exists for the types that can
// identify a fact; the texts of IntentId, BatchId and EntityRef are their JSON, too.
#pragma once

#include <string>

#include "messages/shape.hpp"

namespace tally {

// Types whose text is one JSON string.
template <class T>
concept TextLike = std::same_as<T, IntentId> || std::same_as<T, BatchId> || std::same_as<T, EntityRef> ||
                   std::same_as<T, std::string> || shape::Name<T> || shape::AnyToken<T> || shape::AnyDecimal<T> ||
                   shape::Enumeration<T>;
// Types that can stand in About::key.
template <class T>
concept KeyField = TextLike<T> || shape::Number<T> || std::same_as<T, Time> || std::same_as<T, Direction>;

template <KeyField T>
std::string field_text(const T& value) {
  using namespace shape;
  if constexpr (std::same_as<T, IntentId> || std::same_as<T, BatchId> || std::same_as<T, EntityRef>) return text_of(value);
  else if constexpr (std::same_as<T, std::string>) return value;
  else if constexpr (Name<T> || AnyToken<T>) return std::string(value.text());
  else if constexpr (AnyDecimal<T>) return value.text();
  else if constexpr (Enumeration<T>) return std::string(enumerator_name(value));
  else if constexpr (std::same_as<T, Time>) return std::to_string(value.ns);
  else if constexpr (std::same_as<T, Direction>) return std::to_string(value.value);
  else return std::to_string(value);
}

// `text` as one part of a key that joins parts by '/': '~' becomes "~0" and '/' "~1" (as in RFC 6901), so that different
// parts never make the same key.
std::string escape_key_part(std::string_view text);

template <KeyField T>
std::string key_part(const T& value) {
  if constexpr (std::same_as<T, EntityRef>) return field_text(value.kind) + '/' + escape_key_part(value.key.text());
  else return escape_key_part(field_text(value));
}

}  // namespace tally
