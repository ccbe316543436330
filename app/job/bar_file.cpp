#include "app/job/bar_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

namespace tally::job {
namespace {

constexpr std::string_view trades = "ts_utc,open,high,low,close,volume";
constexpr std::string_view quotes =
    "ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size";

// Lines of a file; zlib reads plain files as they are.
class Lines {
 public:
  explicit Lines(const std::filesystem::path& file) : file_(gzopen(file.c_str(), "rb"), gzclose), name_(file.filename()) {
    if (!file_) throw BarFileError("cannot open " + file.string());
  }

  bool next(std::string& line) {
    std::array<char, 4096> buffer;
    if (!gzgets(file_.get(), buffer.data(), buffer.size())) {
      int code = Z_OK;
      const char* why = gzerror(file_.get(), &code);
      if (code != Z_OK && code != Z_STREAM_END) throw BarFileError(name_ + ": " + why);
      return false;
    }
    line = buffer.data();
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    ++number_;
    return true;
  }

  std::string where() const { return name_ + " line " + std::to_string(number_); }

 private:
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  std::string name_;
  std::size_t number_ = 0;
};

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const std::size_t comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

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
  bar.opened_at = time_of(cells[0]);
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

Time time_of(std::string_view iso) {
  const auto fail = [&]() -> std::int64_t { throw BarFileError("'" + std::string(iso) + "' is no UTC time"); };
  const auto number = [&](std::size_t at, std::size_t size) {
    if (at + size > iso.size()) fail();
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(iso.data() + at, iso.data() + at + size, value);
    return code == std::errc() && end == iso.data() + at + size ? value : fail();
  };
  if (iso.size() < 20 || iso.back() != 'Z' || iso[4] != '-' || iso[7] != '-' || iso[10] != 'T' || iso[13] != ':' ||
      iso[16] != ':')
    fail();
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const std::int64_t hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) fail();
  std::int64_t fraction = 0;
  if (iso[19] == '.') {
    const std::size_t digits = iso.size() - 21;
    if (digits < 1 || digits > 9) fail();
    fraction = number(20, digits);
    for (std::size_t i = digits; i < 9; ++i) fraction *= 10;
  } else if (iso.size() != 20) {
    fail();
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return {days * ns_per_day + ((hour * 60 + minute) * 60 + second) * ns_per_s + fraction};
}

BarFile read_bars(const std::filesystem::path& file, const ProductDefined& product, std::size_t count) {
  Lines lines(file);
  std::string line;
  if (!lines.next(line) || (line != trades && line != quotes))
    throw BarFileError(file.string() + " has neither of the headers of minute bars: " + std::string(trades) + " or the quotes'");
  const bool quoted = line == quotes;
  const std::size_t columns = cells_of(line).size();
  BarFile read{{product, {}}, 0};
  while (read.series.bars.size() < count && lines.next(line)) {
    try {
      const auto cells = cells_of(line);
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
