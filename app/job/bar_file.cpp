#include "app/job/bar_file.hpp"

#include <algorithm>
#include <optional>

#include "app/text_lines.hpp"
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

std::optional<Bar> bar_of(const std::vector<std::string_view>& cells, bool quoted, const ProductDefined& product) {
  const std::size_t prices = quoted ? 9 : 4;
  for (std::size_t i = 1; i <= prices + (quoted ? 0 : 1); ++i)
    if (cells[i].empty() && !(quoted && i == 5)) return std::nullopt;
  const auto price = [&](std::size_t i) { return quoted ? middle(cells[i], cells[i + 5]) : Price::parse(cells[i]); };
  Bar bar;
  bar.product = product.product;
  bar.opened_at = time_of_iso(cells[0]);
  bar.closed_at = bar.opened_at + ns_per_minute;
  bar.open = price(1);
  bar.high = price(2);
  bar.low = price(3);
  bar.close = price(4);
  const auto size = [](std::string_view cell) { return cell.empty() ? Quantity{} : volume_of(cell); };
  bar.volume = quoted ? std::min(size(cells[5]), size(cells[10])) : volume_of(cells[5]);
  if (quoted && bar.volume == Quantity{}) bar.volume = Quantity::from_units(product.lot.units() * volume_assumed_lots);
  return bar;
}

}  // namespace

BarFile read_bars(const std::filesystem::path& file, const ProductDefined& product, std::size_t count) {
  TextLines lines(file);
  std::string line;
  std::vector<std::string_view> cells;
  if (!lines.next(line) || (line != trades && line != quotes))
    throw BarFileError(file.string() + " has neither of the headers of minute bars: " + std::string(trades) + " or the quotes'");
  const bool quoted = line == quotes;
  split_cells(line, cells);
  const std::size_t columns = cells.size();
  BarFile read{{product, {}}, 0};
  while (read.series.bars.size() < count && lines.next(line)) {
    try {
      split_cells(line, cells);
      if (cells.size() != columns) throw BarFileError(std::to_string(cells.size()) + " columns");
      if (auto bar = bar_of(cells, quoted, product)) read.series.bars.push_back(*bar);
      else ++read.left_out;
    } catch (const std::exception& error) {
      throw BarFileError(lines.where() + ": " + error.what());
    }
  }
  return read;
}

}  // namespace tally::job
