// Fills from a CSV file, in the order in which they were executed: the order of the rows.
//
//   ts_utc,symbol,side,qty,price,fee,currency,multiplier   must be there; side is buy or sell, qty > 0, a fee < 0 is a rebate
//   trade_id, fill_id                                      one of both, at least; each stands in for the other
//   order_id                                               with the fill's id what tells a repeat
//   account_id, strategy_id                                whose book; without them there is one book a symbol
//
// The last four may be spelled orderId, fillId, accountId, strategyId, too. Other columns are left unread, and named.
#pragma once

#include "actors/lots/trade_book.hpp"
#include "app/csv_file.hpp"

namespace tally {

class FillFile {
 public:
  // Throws InputError, as does next(). A price below zero is an error unless `negative_prices`.
  FillFile(const std::filesystem::path& file, bool negative_prices);

  bool next(Trade& trade);  // false after the last
  // The names, as the file spells them, of the columns that say whose book it is: none, one or both.
  const std::vector<std::string>& owner_columns() const { return owner_columns_; }
  std::vector<std::string> owner_cells(const BookKey& key) const;
  std::vector<std::string> unread_columns() const;

  // Throws InputError that blames the row read last.
  [[noreturn]] void fail(InputProblem problem, const std::string& text) const { rows_.fail(problem, text); }

 private:
  std::optional<std::size_t> column(std::string_view name, std::string_view other_spelling) const;
  std::string_view text(std::size_t column) const;

  CsvFile rows_;
  bool negative_prices_;
  std::size_t at_, symbol_, side_, quantity_, price_, fee_, currency_, multiplier_;
  std::optional<std::size_t> trade_, order_, fill_, account_, strategy_;
  std::vector<std::string> owner_columns_;
};

}  // namespace tally
