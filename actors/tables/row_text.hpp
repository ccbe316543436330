// Rows of the tables as text and as JSON, whichever table they are of.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "actors/tables/rows.hpp"

namespace tally::tables {

struct TableAbout {
  About about;
  std::vector<std::string> columns;
};

// All tables, in the order of Row's alternatives.
const std::vector<TableAbout>& all_tables();

// As many as its table has columns.
std::vector<std::string> cells_of(const Row& row, std::string (*time_text)(Time));
boost::json::object json_of(const Row& row);   // times in ns

}  // namespace tally::tables
