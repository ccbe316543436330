#include "app/chains/holiday_file.hpp"

#include "app/chains/chain_cells.hpp"

namespace tally {

instruments::Holidays read_holidays(const std::filesystem::path& file, const std::string& market) {
  CsvFile rows(file);
  const std::size_t name = rows.required_column("market"), date = rows.required_column("date");
  const std::size_t kind = rows.required_column("kind");
  instruments::Holidays holidays;
  bool known = false;
  while (rows.next()) {
    if (rows.cell(name) != market) continue;
    known = true;
    if (rows.cell(kind) == "holiday") holidays.insert(day_cell(rows, date));
  }
  if (!known) throw InputError(InputProblem::no_value, file.string(), 0, "knows no market '" + market + "'");
  return holidays;
}

}  // namespace tally
