// Recorded ticks from a CSV file, plain or gzip, normalised to TradeTick and QuoteTick.
//
// Two forms, told apart by the header:
//   ts_utc,price,size      trades; the size may be called amount
//   ts_utc,bid,ask         quotes; bid_size and ask_size where the feed knows them
// and in both, where they are there: exchange (text), conditions_hex (flags), suspicious (0 or 1). Further columns do not matter.
// ts_utc is ISO 8601 with Z, or seconds since 1970 (1315922016, 1315922016.25). A side whose price is empty or zero is not there.
// Prices and sizes must fit 1e-9 exactly. A row that cannot be read is an InputError that names its line; nothing is repaired.
#pragma once

#include "actors/market_data/tick.hpp"
#include "app/csv_file.hpp"
#include "messages/written.hpp"

namespace tally {

class TickFile {
 public:
  explicit TickFile(const std::filesystem::path& file);

  bool quotes() const { return bid_.has_value(); }
  // The next tick of the file's kind; false after the last.
  bool next(market::TradeTick& trade);
  bool next(market::QuoteTick& quote);

  // The most decimals that prices and sizes were written with so far.
  int price_decimals() const { return price_decimals_; }
  int size_decimals() const { return size_decimals_; }

 private:
  Time time() const;
  std::uint32_t conditions() const;
  template <class Tick>
  void read_labels(Tick& tick) const;
  template <class D>
  D decimal(std::size_t column, int& decimals) const;
  std::optional<market::Level> side(std::size_t price, const std::optional<std::size_t>& size);

  CsvFile file_;
  std::size_t stamp_;
  std::optional<std::size_t> price_, size_, bid_, ask_, bid_size_, ask_size_, exchange_, conditions_, suspicious_;
  int price_decimals_ = 0, size_decimals_ = 0;
};

}  // namespace tally
