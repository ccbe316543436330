// What the build knows of every message type, by number and by name: derived from each struct's About.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "messages/message.hpp"

namespace tally {

struct CatalogRow {
  std::string_view name;     // the struct's name, e.g. "OrderFilled"
  About about;
  std::size_t alternative;   // index in Message
};

// Every type but Opaque, ascending by number.
std::span<const CatalogRow> catalog();
const CatalogRow* find_type(std::uint16_t number);       // nullptr where unknown
const CatalogRow* find_type(std::string_view name);
const CatalogRow& row_of(const Message& message);        // a row named "Opaque" for Opaque

// The fact's own key: the values of About::key's fields joined by '/', after the type's name.
std::string idempotency_key(const Message& message);

}  // namespace tally
