#include "app/market/depth_file.hpp"

#include <charconv>

#include "messages/written.hpp"

namespace tally {

DepthFile::DepthFile(const std::filesystem::path& file, Streams streams)
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
      quantity_(file_.required_column("qty")),
      id_(file_.column("id")),
      buyer_is_maker_(file_.column("buyer_is_maker")),
      all_streams_(streams == Streams::all) {
  row_ = file_.next();
}

std::optional<DepthFile::Kind> DepthFile::next() {
  while (row_) {
    const std::uint64_t seq = number(seq_column_, "seq");
    if (last_seq_ && seq <= *last_seq_)
      file_.fail(InputProblem::out_of_order, "seq " + std::to_string(seq) + " after " + std::to_string(*last_seq_));
    last_seq_ = seq;
    const std::string event(file_.cell(event_));
    const auto kind = event == "depth"         ? std::optional(Kind::update)
                      : event == "snapshot"    ? std::optional(Kind::snapshot)
                      : event == "trade"       ? std::optional(Kind::trade)
                      : event == "book_ticker" ? std::optional(Kind::quote)
                                               : std::nullopt;
    if (!kind) file_.fail(InputProblem::no_value, "event '" + event + "' is none of depth, snapshot, book_ticker and trade");
    const bool wanted = all_streams_ || *kind == Kind::update || *kind == Kind::snapshot;
    if (wanted) {
      seq_ = seq;
      begin_message(*kind);
    } else {
      ++skipped_;
    }
    std::size_t rows = 0;
    do {
      if (file_.cell(event_) != event) file_.fail(InputProblem::contradiction, "another event with the same seq");
      if (wanted && *kind == Kind::trade && rows > 0) file_.fail(InputProblem::contradiction, "a trade of more than one row");
      if (wanted) read_row(*kind);
      ++rows;
      row_ = file_.next();
    } while (row_ && number(seq_column_, "seq") == seq);
    if (wanted) return kind;
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

Time DepthFile::event_time() const {
  const std::uint64_t event_ms = file_.cell(exchange_ms_).empty() ? 0 : number(exchange_ms_, "exch_event_ms");
  if (event_ms > INT64_MAX / ns_per_ms) file_.fail(InputProblem::no_time, "exch_event_ms is beyond the year 2262");
  return {static_cast<std::int64_t>(event_ms) * ns_per_ms};
}

// What all rows of the message say alike is read from its first.
void DepthFile::begin_message(Kind kind) {
  const Time received{static_cast<std::int64_t>(number(local_, "local_ts_ns"))};
  switch (kind) {
    case Kind::snapshot:
      snapshot_.received_at = received;
      snapshot_.last_update_id = number(final_, "final_update_id");
      snapshot_.bids.clear();
      snapshot_.asks.clear();
      return;
    case Kind::update:
      update_.received_at = received;
      update_.at = event_time();
      update_.first_update_id = number(first_, "first_update_id");
      update_.final_update_id = number(final_, "final_update_id");
      update_.bids.clear();
      update_.asks.clear();
      update_.previous_final_update_id.reset();
      if (!file_.cell(previous_).empty()) update_.previous_final_update_id = number(previous_, "prev_final_update_id");
      return;
    case Kind::trade:
      trade_ = {};
      trade_.received_at = received;
      trade_.at = event_time();
      return;
    case Kind::quote:
      quote_ = {};
      quote_.received_at = received;
      quote_.at = event_time();
      quote_.update_id = number(final_, "final_update_id");
      return;
  }
}

void DepthFile::read_row(Kind kind) {
  switch (kind) {
    case Kind::update: return read_level(update_.bids, update_.asks);
    case Kind::snapshot: return read_level(snapshot_.bids, snapshot_.asks);
    case Kind::trade: return read_trade();
    case Kind::quote: return read_side();
  }
}

bool DepthFile::is_bid() const {
  const std::string_view side = file_.cell(side_);
  if (side != "b" && side != "a")
    file_.fail(InputProblem::no_value, "side '" + std::string(side) + "' is neither b nor a");
  return side == "b";
}

market::Level DepthFile::level() {
  try {
    const auto price = Written<Price>::parse(file_.cell(price_));
    const auto quantity = Written<Quantity>::parse(file_.cell(quantity_));
    price_decimals_ = std::max(price_decimals_, price.decimals);
    quantity_decimals_ = std::max(quantity_decimals_, quantity.decimals);
    return {price.value, quantity.value};
  } catch (const DecimalError& error) {
    file_.fail(InputProblem::no_number, error.what());
  }
}

void DepthFile::read_level(std::vector<market::Level>& bids, std::vector<market::Level>& asks) {
  const bool bid = is_bid();
  if (bids.size() + asks.size() == message_levels_max)
    file_.fail(InputProblem::out_of_range, "more than " + std::to_string(message_levels_max) + " levels in one message");
  (bid ? bids : asks).push_back(level());
}

void DepthFile::read_trade() {
  const market::Level said = level();
  trade_.price = said.price;
  trade_.size = said.quantity;
  if (id_ && !file_.cell(*id_).empty()) trade_.id = number(*id_, "id");
  const std::string_view maker = buyer_is_maker_ ? file_.cell(*buyer_is_maker_) : std::string_view();
  if (maker != "" && maker != "0" && maker != "1") file_.fail(InputProblem::no_value, "buyer_is_maker is neither 0 nor 1");
  if (maker != "") trade_.taker = maker == "1" ? Taker::seller : Taker::buyer;
}

void DepthFile::read_side() {
  std::optional<market::Level>& side = is_bid() ? quote_.bid : quote_.ask;
  if (side) file_.fail(InputProblem::contradiction, "a quote with one side twice");
  side = level();
}

}  // namespace tally
