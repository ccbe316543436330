#include "actors/lots/trade_book.hpp"

#include "messages/assert.hpp"

namespace tally {
namespace {

void check_terms(const Rollup& total, const Trade& trade) {
  if (total.trades == 0) return;
  if (trade.currency != total.currency)
    throw TradeRefused(TradeRefusal::currency_changed,
                       trade.key.symbol + " was traded in " + total.currency + ", not in " + trade.currency);
  if (trade.multiplier != total.multiplier)
    throw TradeRefused(TradeRefusal::multiplier_changed,
                       trade.key.symbol + " was traded with the multiplier " + std::to_string(total.multiplier) + ", not " +
                           std::to_string(trade.multiplier));
}

void count(Rollup& total, Money realized) {
  ++total.matches;
  ++(realized > Money{} ? total.winning : realized < Money{} ? total.losing : total.zero);
}

}  // namespace

void TradeBooks::close(Book& book, const Trade& trade, const LotFill& fill, Booked& booked) {
  int left_decimals = trade.quantity.decimals;
  Quantity left = trade.quantity.value;
  std::size_t lot = 0;
  for (const TradeMatch& match : matches_of(book.lots, fill)) {
    Opening& opening = book.openings[lot];
    const Quantity part = abs(match.quantity);
    const bool whole_lot = match.quantity == book.lots[lot].quantity;
    // A segment is written as the lot is where it takes all of it, else as what is left of the trade.
    const Written<Quantity> quantity{part, whole_lot ? opening.quantity_decimals : left_decimals};
    const Written<Price> opened{match.opened, opening.price_decimals};
    const Written<Money> realized{match.realized,
                                  std::max(opening.price_decimals, trade.price.decimals) + quantity.decimals};
    booked.segments.push_back({match, quantity, opened, trade.price, realized,
                               {opening.fee, part, opening.whole}, {trade.fee.value, part, trade.quantity.value}});
    booked.closed += quantity;
    booked.realized += realized;
    book.total.cost -= notional(opened, {match.quantity, quantity.decimals}, trade.multiplier);
    count(book.total, match.realized);
    left -= part;
    left_decimals = std::max(left_decimals, quantity.decimals);
    opening.quantity_decimals = std::max(opening.quantity_decimals, quantity.decimals);
    ++lot;
  }
  booked.opened = {left, left_decimals};
}

std::optional<Booked> TradeBooks::book(const Trade& trade) {
  TALLY_ASSERT(trade.quantity.value > Quantity{});
  Book& book = books_[trade.key];
  Rollup& total = book.total;
  check_terms(total, trade);
  const Written<Quantity> signed_quantity = trade.side == Side::buy ? trade.quantity : -trade.quantity;
  switch (book.seen.see(trade.order, trade.fill, {signed_quantity.value, trade.price.value, trade.fee.value, trade.at})) {
    case FillMemory::Seen::again: return std::nullopt;
    case FillMemory::Seen::changed:
      throw TradeRefused(TradeRefusal::fill_changed, "fill '" + trade.fill + "' was booked with other content");
    case FillMemory::Seen::first: break;
  }

  const LotFill fill{signed_quantity.value, trade.price.value, trade.multiplier, trade.id, trade.at};
  Booked booked;
  close(book, trade, fill, booked);
  const bool opens = booked.opened.value != Quantity{};
  const Money realized = take(book.lots, fill);
  TALLY_ASSERT(realized == booked.realized.value);
  while (book.openings.size() > book.lots.size() - (opens ? 1 : 0)) book.openings.pop_front();
  ++trades_;
  if (opens) {
    const Written<Quantity> opened = trade.side == Side::buy ? booked.opened : -booked.opened;
    book.openings.push_back({trades_, trade.fee.value, trade.quantity.value, opened.decimals, trade.price.decimals});
    total.cost += notional(trade.price, opened, trade.multiplier);
  }
  total.currency = trade.currency;
  total.multiplier = trade.multiplier;
  ++total.trades;
  total.realized += booked.realized;
  total.fees += trade.fee;
  total.position += signed_quantity;
  total.last_price = trade.price;
  booked.flip = opens && !booked.segments.empty();
  booked.after = &total;
  return booked;
}

std::vector<std::pair<BookKey, Rollup>> TradeBooks::rollups() const {
  std::vector<std::pair<BookKey, Rollup>> all;
  for (const auto& [key, book] : books_) all.emplace_back(key, book.total);
  return all;
}

std::vector<OpenLot> TradeBooks::open_lots() const {
  std::map<std::uint64_t, OpenLot> by_number;
  for (const auto& [key, book] : books_)
    for (std::size_t i = 0; i < book.lots.size(); ++i) {
      const Opening& opening = book.openings[i];
      by_number.emplace(opening.number, OpenLot{key,
                                                book.lots[i],
                                                {abs(book.lots[i].quantity), opening.quantity_decimals},
                                                {book.lots[i].price, opening.price_decimals}});
    }
  std::vector<OpenLot> all;
  for (auto& [number, lot] : by_number) all.push_back(std::move(lot));
  return all;
}

}  // namespace tally
