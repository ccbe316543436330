// Rows of a recorded bar file of any form, as the text that they are: trades, quotes, daily files, several contracts in one
// file, and what `tally resample` wrote. Plain or gzip.
//
// The header names the columns. Prices are open, high, low, close with volume, or bid_open..bid_close and
// ask_open..ask_close; what stands before them is the key: ts_utc, date or bucket_start_utc, and whatever tells contracts
// apart (expiry_code). Further columns do not matter. A quote's volume is 0: sizes that are offered are not trades.
// A row without one of its prices has none at all; nothing is repaired.
#pragma once

#include <array>
#include <optional>

#include "app/text_lines.hpp"
#include "app/written_decimal.hpp"

namespace tally {

enum class QuoteSide { bid, ask, middle };

struct BarRow {
  std::string key;       // all key cells as they are, comma between
  std::string stamp;     // the one that says when
  std::string contract;  // the others, comma between; empty where there are none
  bool priced = false;   // what follows is there
  std::array<WrittenDecimal, 4> prices;  // open, high, low, close
  WrittenDecimal volume;
};

class BarRows {
 public:
  // `side`: of quotes, the middle where nothing is said. Throws TextFileError where the file cannot be opened, its header is
  // none of bars, or a side is asked of trades.
  BarRows(const std::filesystem::path& file, std::optional<QuoteSide> side);

  // "ts_utc", "date", "ts_utc,expiry_code" ...
  const std::string& key_header() const { return key_header_; }
  const std::string& contract_header() const { return contract_header_; }
  bool daily() const { return daily_; }  // the stamp is a date
  bool middles() const { return sides_.size() == 2; }  // prices are halfway between bid and ask

  // The next row; false after the last. Throws TextFileError with file and line where a row cannot be read.
  bool next(BarRow& row);
  std::string where() const { return lines_.where(); }

 private:
  using PriceCells = std::array<std::size_t, 4>;

  TextLines lines_;
  std::string line_;
  std::vector<std::string_view> cells_;
  std::size_t columns_ = 0, keys_ = 0, stamp_ = 0;
  bool daily_ = false;
  std::vector<PriceCells> sides_;  // trades, bid, ask: one; the middle: two
  std::optional<std::size_t> volume_;
  std::string key_header_, contract_header_;
};

}  // namespace tally
