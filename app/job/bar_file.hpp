// Recorded minute bars from a CSV file, plain or gzip.
//
// Two forms, told apart by the header:
//   ts_utc,open,high,low,close,volume                       trades
//   ts_utc,bid_open..bid_close,bid_size,ask_open..ask_size   quotes: prices are the middle of bid and ask (rounded down by
//                                                            at most 1e-9), the volume is the smaller size; where a
//                                                            file knows no sizes, volume_assumed_lots
// ts_utc is ISO 8601 with Z. Prices must fit 1e-9 exactly; of a volume what is below 1e-9 is cut off, because recordings
// carry artefacts of binary fractions there. Rows with an empty price are left out and counted. A row that cannot be
// read is an error that names its line; nothing is repaired.
#pragma once

#include <filesystem>

#include "app/job/bars.hpp"
#include "app/text_lines.hpp"

namespace tally::job {

struct BarFileError : TextFileError {
  using TextFileError::TextFileError;
};

struct BarFile {
  Series series;
  std::size_t left_out = 0;  // rows without a price
};

// Lots a minute, for quotes without sizes: deep enough that a venue made of these bars can trade.
inline constexpr std::int64_t volume_assumed_lots = 1'000;

// At most `count` bars. Throws BarFileError, and TextFileError where the file cannot be read at all.
BarFile read_bars(const std::filesystem::path& file, const ProductDefined& product, std::size_t count);

}  // namespace tally::job
