#include "app/bar_rows.hpp"

#include <algorithm>

namespace tally {
namespace {

constexpr std::array price_names = {"open", "high", "low", "close"};

void append(std::string& list, std::string_view cell, bool first) {
  if (!first) list += ',';
  list += cell;
}

}  // namespace

BarRows::BarRows(const std::filesystem::path& file, std::optional<QuoteSide> side) : lines_(file) {
  const auto refuse = [&](const std::string& why) { throw TextFileError(file.string() + ": " + why); };
  if (!lines_.next(line_)) refuse("is empty");
  split_cells(line_, cells_);
  columns_ = cells_.size();
  const auto column = [&](const std::string& name) -> std::optional<std::size_t> {
    const auto found = std::find(cells_.begin(), cells_.end(), name);
    if (found == cells_.end()) return std::nullopt;
    return found - cells_.begin();
  };
  const auto prices = [&](const std::string& prefix) -> std::optional<PriceCells> {
    PriceCells at{};
    for (std::size_t i = 0; i < at.size(); ++i) {
      const auto found = column(prefix + price_names[i]);
      if (!found) return std::nullopt;
      at[i] = *found;
    }
    return at;
  };

  const auto trades = prices(""), bid = prices("bid_"), ask = prices("ask_");
  if (!trades && !(bid && ask)) refuse("has no header of bars: open,high,low,close or bid_open..ask_close");
  if (trades && side) refuse("holds trades, which have no side");
  if (trades) sides_ = {*trades};
  else if (side == QuoteSide::bid) sides_ = {*bid};
  else if (side == QuoteSide::ask) sides_ = {*ask};
  else sides_ = {*bid, *ask};
  if (trades) volume_ = column("volume");

  keys_ = trades ? trades->front() : std::min(bid->front(), ask->front());
  std::optional<std::size_t> stamp;
  for (const char* const name : {"ts_utc", "date", "bucket_start_utc"})
    if (const auto found = column(name); found && *found < keys_ && !stamp) stamp = found;
  if (!stamp) refuse("has no column ts_utc or date before its prices");
  stamp_ = *stamp;
  daily_ = cells_[stamp_] == "date";
  for (std::size_t i = 0; i < keys_; ++i) {
    append(key_header_, cells_[i], i == 0);
    if (i != stamp_) append(contract_header_, cells_[i], contract_header_.empty());
  }
}

bool BarRows::next(BarRow& row) {
  if (!lines_.next(line_)) return false;
  split_cells(line_, cells_);
  if (cells_.size() != columns_)
    throw TextFileError(where() + ": " + std::to_string(cells_.size()) + " columns where the header has " +
                        std::to_string(columns_));
  row.key.assign(line_, 0, static_cast<std::size_t>(cells_[keys_].data() - line_.data()) - 1);
  row.stamp = cells_[stamp_];
  row.contract.clear();
  for (std::size_t i = 0; i < keys_; ++i)
    if (i != stamp_) append(row.contract, cells_[i], row.contract.empty());
  row.priced = true;
  for (const PriceCells& side : sides_)
    for (const std::size_t cell : side) row.priced = row.priced && !cells_[cell].empty();
  if (!row.priced) return true;
  try {
    for (std::size_t i = 0; i < row.prices.size(); ++i) {
      row.prices[i] = WrittenDecimal::parse(cells_[sides_.front()[i]]);
      if (sides_.size() == 2) row.prices[i] = middle(row.prices[i], WrittenDecimal::parse(cells_[sides_.back()[i]]));
    }
    row.volume = volume_ && !cells_[*volume_].empty() ? WrittenDecimal::parse(cells_[*volume_]) : WrittenDecimal();
  } catch (const DecimalError& error) {
    throw TextFileError(where() + ": " + error.what());
  }
  return true;
}

}  // namespace tally
