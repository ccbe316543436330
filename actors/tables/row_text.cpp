#include "actors/tables/row_text.hpp"

#include "messages/json_codec.hpp"

namespace tally::tables {
namespace {

template <class T>
std::string cell(const T& value, std::string (*time_text)(Time)) {
  if constexpr (shape::AnyOptional<T>) return value ? cell(*value, time_text) : "-";
  else if constexpr (std::same_as<T, Time>) return time_text(value);
  else return field_text(value);
}

template <class T>
TableAbout about_table() {
  TableAbout about{T::about, {}};
  shape::for_each_member<T>([&](auto member) { about.columns.emplace_back(member.name); });
  return about;
}

template <class... Rows>
std::vector<TableAbout> about_tables(const std::variant<Rows...>*) {
  return {about_table<Rows>()...};
}

}  // namespace

const std::vector<TableAbout>& all_tables() {
  static const std::vector<TableAbout> tables = about_tables(static_cast<const Row*>(nullptr));
  return tables;
}

std::vector<std::string> cells_of(const Row& row, std::string (*time_text)(Time)) {
  std::vector<std::string> cells;
  std::visit(
      [&]<class T>(const T& of) {
        shape::for_each_member<T>([&](auto member) { cells.push_back(cell(of.*(member.pointer), time_text)); });
      },
      row);
  return cells;
}

boost::json::object json_of(const Row& row) {
  boost::json::object out;
  std::visit([&](const auto& of) { json_codec::write_members(of, out); }, row);
  return out;
}

}  // namespace tally::tables
