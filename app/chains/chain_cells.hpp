// Cells of the files that chains are read from. Each throws InputError, which names file and line.
#pragma once

#include <optional>

#include "actors/instrument_resolver/chain.hpp"
#include "app/csv_file.hpp"

namespace tally {

Time time_cell(const CsvFile& rows, std::size_t column);
instruments::Day day_cell(const CsvFile& rows, std::size_t column);
instruments::Right right_cell(const CsvFile& rows, std::size_t column);  // C or P

template <class D>
D decimal_cell(const CsvFile& rows, std::size_t column) {
  try {
    return D::parse(rows.cell(column));
  } catch (const DecimalError& error) {
    rows.fail(InputProblem::no_number, rows.header()[column] + ": " + error.what());
  }
}

// Nothing where the cell is empty.
template <class D>
std::optional<D> decimal_if(const CsvFile& rows, std::size_t column) {
  if (rows.cell(column).empty()) return std::nullopt;
  return decimal_cell<D>(rows, column);
}

}  // namespace tally
