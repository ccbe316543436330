#include "app/lots/fill_file.hpp"

#include <algorithm>

#include "app/time_text.hpp"

namespace tally {
namespace {

template <class D>
Written<D> number(const CsvFile& rows, std::size_t column) {
  try {
    return Written<D>::parse(rows.cell(column));
  } catch (const DecimalError& error) {
    rows.fail(InputProblem::no_number, rows.header()[column] + ": " + error.what());
  }
}

Time time(const CsvFile& rows, std::size_t column) {
  try {
    return time_of_iso(rows.cell(column));
  } catch (const TimeError& error) {
    rows.fail(InputProblem::no_time, rows.header()[column] + ": " + error.what());
  }
}

Side side(const CsvFile& rows, std::size_t column) {
  if (rows.cell(column) == "buy") return Side::buy;
  if (rows.cell(column) == "sell") return Side::sell;
  rows.fail(InputProblem::no_value, "side: '" + std::string(rows.cell(column).substr(0, 48)) + "' is neither buy nor sell");
}

std::int64_t whole_number(const CsvFile& rows, std::size_t column) {
  const Quantity value = number<Quantity>(rows, column).value;
  constexpr std::int64_t one = Quantity::whole(1).units();
  if (value < Quantity::whole(1) || value.units() % one != 0)
    rows.fail(InputProblem::out_of_range, rows.header()[column] + " must be a whole number above zero");
  return value.units() / one;
}

}  // namespace

FillFile::FillFile(const std::filesystem::path& file, bool negative_prices)
    : rows_(file),
      negative_prices_(negative_prices),
      at_(rows_.required_column("ts_utc")),
      symbol_(rows_.required_column("symbol")),
      side_(rows_.required_column("side")),
      quantity_(rows_.required_column("qty")),
      price_(rows_.required_column("price")),
      fee_(rows_.required_column("fee")),
      currency_(rows_.required_column("currency")),
      multiplier_(rows_.required_column("multiplier")),
      trade_(rows_.column("trade_id")),
      order_(column("order_id", "orderId")),
      fill_(column("fill_id", "fillId")),
      account_(column("account_id", "accountId")),
      strategy_(column("strategy_id", "strategyId")) {
  if (!trade_ && !fill_) fail(InputProblem::missing_column, "column 'trade_id' is missing, and so is 'fill_id'");
  if (!trade_) trade_ = fill_;
  if (!fill_) fill_ = trade_;
  for (const auto& owner : {account_, strategy_})
    if (owner) owner_columns_.push_back(rows_.header()[*owner]);
}

std::optional<std::size_t> FillFile::column(std::string_view name, std::string_view other_spelling) const {
  const auto plain = rows_.column(name), other = rows_.column(other_spelling);
  if (plain && other) fail(InputProblem::repeated_column, "column '" + std::string(name) + "' is there in both spellings");
  return plain ? plain : other;
}

std::string_view FillFile::text(std::size_t column) const {
  if (rows_.cell(column).empty()) fail(InputProblem::no_value, rows_.header()[column] + " is empty");
  return rows_.cell(column);
}

bool FillFile::next(Trade& trade) {
  if (!rows_.next()) return false;
  trade.key = {std::string(account_ ? text(*account_) : ""), std::string(strategy_ ? text(*strategy_) : ""),
               std::string(text(symbol_))};
  try {
    trade.id = ExecutionId(text(*trade_));
  } catch (const NameError& error) {
    fail(InputProblem::no_value, rows_.header()[*trade_] + ": " + error.what());
  }
  trade.order = order_ ? rows_.cell(*order_) : "";
  trade.fill = text(*fill_);
  trade.at = time(rows_, at_);
  trade.side = side(rows_, side_);
  trade.quantity = number<Quantity>(rows_, quantity_);
  trade.price = number<Price>(rows_, price_);
  trade.fee = number<Money>(rows_, fee_);
  trade.currency = text(currency_);
  trade.multiplier = whole_number(rows_, multiplier_);
  if (trade.quantity.value <= Quantity{}) fail(InputProblem::out_of_range, "qty must be above zero: side says the direction");
  if (trade.price.value < Price{} && !negative_prices_)
    fail(InputProblem::out_of_range, "price is below zero (--negative-prices allows it)");
  return true;
}

std::vector<std::string> FillFile::owner_cells(const BookKey& key) const {
  std::vector<std::string> cells;
  if (account_) cells.push_back(key.account);
  if (strategy_) cells.push_back(key.strategy);
  return cells;
}

std::vector<std::string> FillFile::unread_columns() const {
  std::vector<std::string> unread;
  for (std::size_t i = 0; i < rows_.header().size(); ++i) {
    const auto read = {std::optional(at_), std::optional(symbol_), std::optional(side_), std::optional(quantity_),
                       std::optional(price_), std::optional(fee_), std::optional(currency_), std::optional(multiplier_),
                       trade_, order_, fill_, account_, strategy_};
    if (std::find(read.begin(), read.end(), std::optional(i)) == read.end()) unread.push_back(rows_.header()[i]);
  }
  return unread;
}

}  // namespace tally
