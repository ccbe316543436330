// Where in a JSON document something is wrong, and how that is said: "$.rows[3].intent: ...".
#pragma once

#include <string>
#include <string_view>

#include "messages/json.hpp"

namespace tally {

// A chain on the stack: it costs nothing until it is printed.
struct JsonPath {
  const JsonPath* parent = nullptr;
  std::string_view field;        // empty: an element
  std::size_t index = 0;

  JsonPath operator/(std::string_view name) const { return {this, name, 0}; }
  JsonPath operator/(std::size_t i) const { return {this, {}, i}; }

  std::string text() const {
    if (!parent) return "$";
    return parent->text() + (field.empty() ? "[" + std::to_string(index) + "]" : "." + std::string(field.substr(0, 64)));
  }
  [[noreturn]] void refuse(const std::string& why) const { throw JsonError(text() + ": " + why); }
};

}  // namespace tally
