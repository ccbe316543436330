// The books of a list of fills as four CSV files. docs/lots.md tells every column.
//
//   matches.csv            each segment of a lot that a trade closed, in the order of closing
//   after_each_trade.csv   the book of its symbol after each trade
//   open_lots.csv          what is open in the end, oldest first
//   rollup.csv             totals, a row a book
//
// Decimals keep the digits that the file's own numbers have (messages/written.hpp); averages and shares of fees, which
// are fractions, are the nearest double's shortest text. Where the file says whose a fill is, its columns come first.
#pragma once

#include "app/lots/fill_file.hpp"

namespace tally {

struct BookFilesReport {
  std::string list;              // the file's name without its ending and without "_trades"
  std::uint64_t trades = 0;      // booked
  std::uint64_t repeats = 0;     // left out: the same (order, fill) again
  std::uint64_t matches = 0;
  std::uint64_t open_lots = 0;
  std::vector<std::string> unread_columns;
  std::vector<std::pair<BookKey, Rollup>> rollups;
};

// Reads `fills` once, writing as it goes; memory is that of the open lots and of seven days of fill ids. The four files
// appear in `directory`, which is made where it is missing, when all are whole: a failure leaves none and changes none.
// Throws InputError and std::system_error.
BookFilesReport write_book_files(const std::filesystem::path& fills, const std::filesystem::path& directory,
                                 bool negative_prices = false);

}  // namespace tally
