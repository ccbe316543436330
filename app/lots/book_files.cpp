#include "app/lots/book_files.hpp"

#include "app/csv_text.hpp"
#include "app/lots/fraction_text.hpp"
#include "app/staged_file.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

using Cells = std::vector<std::string>;

void write(StagedFile& file, const Cells& owner, const Cells& cells) {
  std::string line;
  for (const Cells* part : {&owner, &cells})
    for (const std::string& cell : *part) line.append(csv_cell(cell)) += ',';
  line.pop_back();
  file.line(line);
}

std::string direction(Quantity quantity) { return quantity > Quantity{} ? "long" : "short"; }
std::string flag(bool value) { return value ? "1" : "0"; }

std::string list_of(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  name.resize(std::min(name.find('.'), name.size()));
  if (name.ends_with("_trades")) name.resize(name.size() - 7);
  return name;
}

const Cells matches_head{"close_trade_id", "open_trade_id", "symbol", "direction", "qty", "open_price", "close_price",
                         "realized_pnl_gross", "currency", "open_fee_pro_rata", "close_fee_pro_rata",
                         "realized_pnl_net_of_pro_rata_fees"};
const Cells after_head{"trade_id", "symbol", "position_after", "closed_qty", "opened_qty", "realized_pnl_gross",
                       "cum_realized_gross_symbol", "cum_fees_symbol", "open_cost_basis_signed", "avg_open_price", "is_flip",
                       "flat_after"};
const Cells open_head{"symbol", "open_trade_id", "direction", "remaining_qty", "open_price", "open_ts_utc"};
const Cells rollup_head{"list", "symbol", "currency", "trades", "matches", "winning_matches", "losing_matches", "zero_matches",
                        "realized_gross", "fees", "realized_net", "final_position", "last_trade_price",
                        "unrealized_at_last_price"};

Cells match_cells(const Trade& trade, const Segment& segment) {
  return {std::string(segment.match.closing.text()), std::string(segment.match.opening.text()), trade.key.symbol,
          direction(segment.match.quantity), segment.quantity.text(), segment.opened.text(), segment.closed.text(),
          segment.realized.text(), trade.currency, share_text(segment.opening_fee), share_text(segment.closing_fee),
          net_text(segment.match.realized, segment.opening_fee, segment.closing_fee)};
}

Cells after_cells(const Trade& trade, const Booked& booked) {
  const Rollup& after = *booked.after;
  const bool flat = after.position.value == Quantity{};
  return {std::string(trade.id.text()), trade.key.symbol, after.position.text(), booked.closed.text(), booked.opened.text(),
          booked.realized.text(), after.realized.text(), after.fees.text(), after.cost.text(),
          flat ? "" : average_text(after.cost.value, after.position.value, after.multiplier), flag(booked.flip), flag(flat)};
}

Cells open_cells(const OpenLot& open) {
  return {open.key.symbol, std::string(open.lot.execution.text()), direction(open.lot.quantity), open.quantity.text(),
          open.price.text(), exact_iso_time(open.lot.opened_at)};
}

Cells rollup_cells(const std::string& list, const BookKey& key, const Rollup& total) {
  return {list, key.symbol, total.currency, std::to_string(total.trades), std::to_string(total.matches),
          std::to_string(total.winning), std::to_string(total.losing), std::to_string(total.zero), total.realized.text(),
          total.fees.text(), total.net().text(), total.position.text(), total.last_price.text(), total.unrealized().text()};
}

std::optional<Booked> book(TradeBooks& books, const FillFile& file, const Trade& trade) {
  try {
    return books.book(trade);
  } catch (const TradeRefused& refused) {
    file.fail(InputProblem::contradiction, refused.what());
  } catch (const DecimalError& error) {
    file.fail(InputProblem::out_of_range, std::string("the books' amounts get too large: ") + error.what());
  }
}

}  // namespace

BookFilesReport write_book_files(const std::filesystem::path& fills, const std::filesystem::path& directory,
                                 bool negative_prices) {
  FillFile file(fills, negative_prices);
  std::filesystem::create_directories(directory);
  StagedFile matches(directory / "matches.csv"), after(directory / "after_each_trade.csv");
  StagedFile open_lots(directory / "open_lots.csv"), rollup(directory / "rollup.csv");
  write(matches, file.owner_columns(), matches_head);
  write(after, file.owner_columns(), after_head);
  write(open_lots, file.owner_columns(), open_head);
  write(rollup, file.owner_columns(), rollup_head);

  BookFilesReport report;
  report.list = list_of(fills);
  report.unread_columns = file.unread_columns();
  TradeBooks books;
  for (Trade trade; file.next(trade);) {
    const std::optional<Booked> booked = book(books, file, trade);
    if (!booked) {
      ++report.repeats;
      continue;
    }
    ++report.trades;
    report.matches += booked->segments.size();
    const Cells owner = file.owner_cells(trade.key);
    for (const Segment& segment : booked->segments) write(matches, owner, match_cells(trade, segment));
    write(after, owner, after_cells(trade, *booked));
  }
  for (const OpenLot& open : books.open_lots()) {
    ++report.open_lots;
    write(open_lots, file.owner_cells(open.key), open_cells(open));
  }
  report.rollups = books.rollups();
  for (const auto& [key, total] : report.rollups) write(rollup, file.owner_cells(key), rollup_cells(report.list, key, total));

  for (StagedFile* whole : {&matches, &after, &open_lots, &rollup}) whole->finish();
  for (StagedFile* whole : {&matches, &after, &open_lots, &rollup}) whole->commit();
  return report;
}

}  // namespace tally
