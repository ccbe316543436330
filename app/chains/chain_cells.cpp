#include "app/chains/chain_cells.hpp"

#include "actors/calendar/zone.hpp"
#include "app/time_text.hpp"

namespace tally {

Time time_cell(const CsvFile& rows, std::size_t column) {
  try {
    return time_of_iso(rows.cell(column));
  } catch (const TimeError& error) {
    rows.fail(InputProblem::no_time, rows.header()[column] + ": " + error.what());
  }
}

instruments::Day day_cell(const CsvFile& rows, std::size_t column) {
  try {
    return day_of(rows.cell(column));
  } catch (const ZoneError& error) {
    rows.fail(InputProblem::no_time, rows.header()[column] + ": " + error.what());
  }
}

instruments::Right right_cell(const CsvFile& rows, std::size_t column) {
  if (rows.cell(column) == "C") return instruments::Right::call;
  if (rows.cell(column) == "P") return instruments::Right::put;
  rows.fail(InputProblem::no_value, "right: '" + std::string(rows.cell(column).substr(0, 48)) + "' is neither C nor P");
}

}  // namespace tally
