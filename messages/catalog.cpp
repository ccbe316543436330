#include "messages/catalog.hpp"

#include <algorithm>
#include <array>

#include "messages/field_text.hpp"
#include "messages/shape.hpp"

namespace tally {
namespace {

using namespace shape;

constexpr std::size_t type_count = boost::mp11::mp_size<Types>::value;

constexpr auto rows = [] {
  std::array<CatalogRow, type_count> table{};
  std::size_t filled = 0;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Types>>([&]<class M>(std::type_identity<M>) {
    table[filled] = {type_name<M>(), M::about, boost::mp11::mp_find<Message, M>::value};
    ++filled;
  });
  std::sort(table.begin(), table.end(), [](const CatalogRow& a, const CatalogRow& b) { return a.about.number < b.about.number; });
  return table;
}();

constexpr std::size_t number_max = rows.back().about.number;

// Row by number, by alternative; and the numbers that are free.
constexpr std::size_t no_row = type_count;
constexpr auto row_of_number = [] {
  std::array<std::size_t, number_max + 1> table{};
  table.fill(no_row);
  for (std::size_t i = 0; i < type_count; ++i) table[rows[i].about.number] = i;
  return table;
}();
constexpr auto row_of_alternative = [] {
  std::array<std::size_t, type_count + 1> table{};
  for (std::size_t i = 0; i < type_count; ++i) table[rows[i].alternative] = i;
  return table;
}();

consteval bool numbers_and_names_are_unique() {
  for (std::size_t i = 0; i < type_count; ++i)
    for (std::size_t j = i + 1; j < type_count; ++j)
      if (rows[i].about.number == rows[j].about.number || rows[i].name == rows[j].name) return false;
  return rows.front().about.number >= 1;
}
static_assert(numbers_and_names_are_unique(), "two messages share a number, or one has number 0");

// The next word of `words`, cut off its front.
constexpr std::string_view take_word(std::string_view& words) {
  const std::string_view word = words.substr(0, words.find(' '));
  words.remove_prefix(std::min(words.size(), word.size() + 1));
  return word;
}

template <class M>
consteval bool key_names_fields() {
  std::string_view words = M::about.key;
  if (words.empty()) return false;
  while (!words.empty()) {
    const std::string_view word = take_word(words);
    bool found = false;
    for_each_member<M>([&](auto member) { found |= KeyField<member_type<M, decltype(member)>> && word == member.name; });
    if (!found) return false;
  }
  return M::about.version >= 1 && !M::about.topic.empty();
}
static_assert(
    []<class... M>(std::type_identity<boost::mp11::mp_list<M...>>) { return (key_names_fields<M>() && ...); }(std::type_identity<Types>{}),
    "About::key names a field that is not described or cannot identify a fact, or a version or topic is missing");

constexpr CatalogRow opaque_row{"Opaque", {0, 0, Layer::system, "system.opaque", "", 0}, 0};
static_assert(std::same_as<std::variant_alternative_t<opaque_row.alternative, Message>, Opaque>);

template <class M>
std::string key_of(const M& message) {
  std::string key(type_name<M>());
  std::string_view words = M::about.key;
  while (!words.empty()) {
    const std::string_view word = take_word(words);
    for_each_member<M>([&](auto member) {
      if constexpr (KeyField<member_type<M, decltype(member)>>)
        if (word == member.name) key += '/' + key_part(message.*(member.pointer));
    });
  }
  return key;
}

}  // namespace

std::span<const CatalogRow> catalog() { return rows; }

const CatalogRow* find_type(std::uint16_t number) {
  if (number > number_max || row_of_number[number] == no_row) return nullptr;
  return &rows[row_of_number[number]];
}

const CatalogRow* find_type(std::string_view name) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const CatalogRow& r) { return r.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

const CatalogRow& row_of(const Message& message) {
  return message.index() == opaque_row.alternative ? opaque_row : rows[row_of_alternative[message.index()]];
}

std::string idempotency_key(const Message& message) {
  return std::visit(
      []<class M>(const M& body) -> std::string {
        if constexpr (std::same_as<M, Opaque>) return "Opaque/" + std::to_string(body.number) + '/' + std::to_string(body.version);
        else return key_of(body);
      },
      message);
}

}  // namespace tally
