#include "app/chains/future_chain_file.hpp"

#include <algorithm>

#include "actors/calendar/zone.hpp"
#include "actors/instrument_resolver/expiry.hpp"
#include "app/chains/chain_cells.hpp"

namespace tally {

using namespace instruments;

Day last_day_of(std::string_view expiry) {
  const bool month = expiry.size() == 6 && std::all_of(expiry.begin(), expiry.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!month) return day_of(expiry);
  return third_friday(day_of(std::string(expiry.substr(0, 4)) + "-" + std::string(expiry.substr(4)) + "-01"));
}

FutureChain read_future_chain(const std::filesystem::path& file, const std::string& underlying, Day today) {
  FutureChain chain;
  chain.underlying = underlying;
  chain.today = today;
  CsvFile rows(file);
  const std::size_t date = rows.required_column("file_date"), expiry = rows.required_column("expiry");
  const std::size_t close = rows.required_column("close"), volume = rows.required_column("volume");
  const std::size_t open_interest = rows.required_column("open_interest");
  while (rows.next()) {
    if (day_cell(rows, date) != today) continue;
    FutureRow row;
    try {
      row.expiry = last_day_of(rows.cell(expiry));
    } catch (const ZoneError& error) {
      rows.fail(InputProblem::no_time, std::string("expiry: ") + error.what());
    }
    row.price = decimal_if<Price>(rows, close);
    row.volume = decimal_if<Quantity>(rows, volume);
    row.open_interest = decimal_if<Quantity>(rows, open_interest);
    chain.rows.push_back(row);
  }
  return chain;
}

}  // namespace tally
