#include "app/job/bar_file.hpp"

#include <algorithm>
#include <optional>

#include "app/time_text.hpp"

namespace tally::job {
namespace {

constexpr std::string_view trades = "ts_utc,open,high,low,close,volume";
constexpr std::string_view quotes =
    "ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size";

Quantity volume_of(std::string_view text) {
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) text = text.substr(0, point + 10);
  return Quantity::parse(text);
}

Price middle(std::string_view bid, std::string_view ask) {
  return Price::from_units((Price::parse(bid) + Price::parse(ask)).units() / 2);
}

std::string header_of(const CsvFile& rows) {
  std::string header;
  for (const std::string& column : rows.header()) header += (header.empty() ? "" : ",") + column;
  return header;
}

std::optional<Bar> bar_of(const CsvFile& row, bool quoted, const ProductDefined& product) {
  const std::size_t prices = quoted ? 9 : 4;
  for (std::size_t i = 1; i <= prices + (quoted ? 0 : 1); ++i)
    if (row.cell(i).empty() && !(quoted && i == 5)) return std::nullopt;
  const auto price = [&](std::size_t i) { return quoted ? middle(row.cell(i), row.cell(i + 5)) : Price::parse(row.cell(i)); };
  Bar bar;
  bar.product = product.product;
  bar.opened_at = time_of(row.cell(0));
  bar.closed_at = bar.opened_at + ns_per_minute;
  bar.open = price(1);
  bar.high = price(2);
  bar.low = price(3);
  bar.close = price(4);
  const auto size = [](std::string_view cell) { return cell.empty() ? Quantity{} : volume_of(cell); };
  bar.volume = quoted ? std::min(size(row.cell(5)), size(row.cell(10))) : volume_of(row.cell(5));
  if (quoted && bar.volume == Quantity{}) bar.volume = Quantity::from_units(product.lot.units() * volume_assumed_lots);
  return bar;
}

}  // namespace

BarFile read_bars(const std::filesystem::path& file, const ProductDefined& product, std::size_t count) {
  CsvFile rows(file);
  const std::string header = header_of(rows);
  const bool quoted = header == quotes;
  if (!quoted && header != trades)
    rows.fail(InputProblem::missing_column,
              "has neither of the headers of minute bars: " + std::string(trades) + " or the quotes'");
  BarFile read{{product, {}}, 0};
  while (read.series.bars.size() < count && rows.next()) {
    try {
      if (auto bar = bar_of(rows, quoted, product)) read.series.bars.push_back(*bar);
      else ++read.left_out;
    } catch (const DecimalError& error) {
      rows.fail(InputProblem::no_number, error.what());
    } catch (const TimeError& error) {
      rows.fail(InputProblem::no_time, error.what());
    }
  }
  return read;
}

}  // namespace tally::job
