#include "app/market/depth_file.hpp"

#include <charconv>

#include "messages/written.hpp"

namespace tally {

DepthFile::DepthFile(const std::filesystem::path& file)
    : file_(file),
      seq_column_(file_.required_column("seq")),
      local_(file_.required_column("local_ts_ns")),
      event_(file_.required_column("event")),
      exchange_ms_(file_.required_column("exch_event_ms")),
      first_(file_.required_column("first_update_id")),
      final_(file_.required_column("final_update_id")),
      previous_(file_.required_column("prev_final_update_id")),
      side_(file_.required_column("side")),
      price_(file_.required_column("price")),
      quantity_(file_.required_column("qty")) {
  row_ = file_.next();
}

std::optional<DepthFile::Kind> DepthFile::next() {
  while (row_) {
    const std::uint64_t seq = number(seq_column_, "seq");
    if (last_seq_ && seq <= *last_seq_)
      file_.fail(InputProblem::out_of_order, "seq " + std::to_string(seq) + " after " + std::to_string(*last_seq_));
    last_seq_ = seq;
    const std::string event(file_.cell(event_));
    const bool update = event == "depth";
    if (!update && event != "snapshot" && event != "book_ticker" && event != "trade")
      file_.fail(InputProblem::no_value, "event '" + event + "' is none of depth, snapshot, book_ticker and trade");
    const bool of_book = update || event == "snapshot";
    if (of_book) {
      seq_ = seq;
      begin_message();
    } else {
      ++skipped_;
    }
    do {
      if (file_.cell(event_) != event) file_.fail(InputProblem::contradiction, "another event with the same seq");
      if (of_book) update ? read_level(update_.bids, update_.asks) : read_level(snapshot_.bids, snapshot_.asks);
      row_ = file_.next();
    } while (row_ && number(seq_column_, "seq") == seq);
    if (of_book) return update ? Kind::update : Kind::snapshot;
  }
  return std::nullopt;
}

std::uint64_t DepthFile::number(std::size_t column, const char* name) const {
  const std::string_view cell = file_.cell(column);
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (cell.empty() || code != std::errc() || end != cell.data() + cell.size() || value > INT64_MAX)
    file_.fail(InputProblem::no_number, std::string(name) + " '" + std::string(cell) + "' is no whole number");
  return value;
}

// What all rows of the message say alike is read from its first.
void DepthFile::begin_message() {
  const Time received{static_cast<std::int64_t>(number(local_, "local_ts_ns"))};
  if (file_.cell(event_) == "snapshot") {
    snapshot_.received_at = received;
    snapshot_.last_update_id = number(final_, "final_update_id");
    snapshot_.bids.clear();
    snapshot_.asks.clear();
    return;
  }
  const std::uint64_t event_ms = file_.cell(exchange_ms_).empty() ? 0 : number(exchange_ms_, "exch_event_ms");
  if (event_ms > INT64_MAX / ns_per_ms) file_.fail(InputProblem::no_time, "exch_event_ms is beyond the year 2262");
  update_.received_at = received;
  update_.event_at = {static_cast<std::int64_t>(event_ms) * ns_per_ms};
  update_.first_update_id = number(first_, "first_update_id");
  update_.final_update_id = number(final_, "final_update_id");
  update_.bids.clear();
  update_.asks.clear();
  update_.previous_final_update_id.reset();
  if (!file_.cell(previous_).empty()) update_.previous_final_update_id = number(previous_, "prev_final_update_id");
}

void DepthFile::read_level(std::vector<market::Level>& bids, std::vector<market::Level>& asks) {
  const std::string_view side = file_.cell(side_);
  if (side != "b" && side != "a")
    file_.fail(InputProblem::no_value, "side '" + std::string(side) + "' is neither b nor a");
  if (bids.size() + asks.size() == message_levels_max)
    file_.fail(InputProblem::out_of_range, "more than " + std::to_string(message_levels_max) + " levels in one message");
  try {
    const auto price = Written<Price>::parse(file_.cell(price_));
    const auto quantity = Written<Quantity>::parse(file_.cell(quantity_));
    price_decimals_ = std::max(price_decimals_, price.decimals);
    quantity_decimals_ = std::max(quantity_decimals_, quantity.decimals);
    (side == "b" ? bids : asks).push_back({price.value, quantity.value});
  } catch (const DecimalError& error) {
    file_.fail(InputProblem::no_number, error.what());
  }
}

}  // namespace tally
