#include "app/market/tick_file.hpp"

#include <charconv>

#include "app/time_text.hpp"

namespace tally {

using market::Level;
using market::QuoteTick;
using market::TradeTick;

TickFile::TickFile(const std::filesystem::path& file)
    : file_(file),
      stamp_(file_.required_column("ts_utc")),
      price_(file_.column("price")),
      size_(file_.column("size")),
      bid_(file_.column("bid")),
      ask_(file_.column("ask")),
      bid_size_(file_.column("bid_size")),
      ask_size_(file_.column("ask_size")),
      exchange_(file_.column("exchange")),
      conditions_(file_.column("conditions_hex")),
      suspicious_(file_.column("suspicious")) {
  if (!size_) size_ = file_.column("amount");
  const bool trades = price_ && size_, two_sides = bid_ && ask_;
  if (trades == two_sides)
    throw InputError(InputProblem::missing_column, file.string(), 1,
                     "has no header of ticks: ts_utc,price,size (or amount) for trades, ts_utc,bid,ask for quotes");
  if (trades) bid_.reset();  // one of the two alone is some other column
}

bool TickFile::next(TradeTick& trade) {
  if (!file_.next()) return false;
  trade.at = trade.received_at = time();
  trade.price = decimal<Price>(*price_, price_decimals_);
  trade.size = decimal<Quantity>(*size_, size_decimals_);
  read_labels(trade);
  return true;
}

bool TickFile::next(QuoteTick& quote) {
  if (!file_.next()) return false;
  quote.at = quote.received_at = time();
  quote.bid = side(*bid_, bid_size_);
  quote.ask = side(*ask_, ask_size_);
  read_labels(quote);
  return true;
}

Time TickFile::time() const {
  const std::string_view cell = file_.cell(stamp_);
  const bool iso = cell.ends_with('Z');
  try {
    if (iso) return time_of_iso(cell);
    return {Price::parse(cell).units()};  // seconds to the ninth decimal are nanoseconds
  } catch (const TimeError& error) {
    file_.fail(InputProblem::no_time, error.what());
  } catch (const DecimalError&) {
    file_.fail(InputProblem::no_time, "'" + std::string(cell.substr(0, 48)) + "' is no UTC time and no seconds since 1970");
  }
}

std::uint32_t TickFile::conditions() const {
  const std::string_view cell = file_.cell(*conditions_);
  std::uint32_t flags = 0;
  const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), flags, 16);
  if (!cell.empty() && (code != std::errc() || end != cell.data() + cell.size()))
    file_.fail(InputProblem::no_number,
               "conditions '" + std::string(cell.substr(0, 48)) + "' are no hexadecimal number of 32 bits");
  return flags;
}

template <class Tick>
void TickFile::read_labels(Tick& tick) const {
  try {
    if (exchange_) tick.exchange = market::ExchangeCode(file_.cell(*exchange_));
  } catch (const NameError& error) {
    file_.fail(InputProblem::no_value, std::string("exchange: ") + error.what());
  }
  if (conditions_) tick.conditions = conditions();
  if (!suspicious_) return;
  const std::string_view cell = file_.cell(*suspicious_);
  if (cell != "0" && cell != "1") file_.fail(InputProblem::no_value, "suspicious is neither 0 nor 1");
  tick.suspicious = cell == "1";
}

template <class D>
D TickFile::decimal(std::size_t column, int& decimals) const {
  try {
    const auto written = Written<D>::parse(file_.cell(column));
    decimals = std::max(decimals, written.decimals);
    return written.value;
  } catch (const DecimalError& error) {
    file_.fail(InputProblem::no_number, error.what());
  }
}

std::optional<Level> TickFile::side(std::size_t price, const std::optional<std::size_t>& size) {
  if (file_.cell(price).empty()) return std::nullopt;
  Level level;
  level.price = decimal<Price>(price, price_decimals_);
  if (size && !file_.cell(*size).empty()) level.quantity = decimal<Quantity>(*size, size_decimals_);
  if (level.price == Price{}) return std::nullopt;
  return level;
}

}  // namespace tally
