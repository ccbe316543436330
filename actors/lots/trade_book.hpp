// The books of trades: FIFO lots, every matched segment and the running totals, one book a (account, strategy, symbol).
//
// Laws
//   first in, first out   a trade closes the oldest lots of its own book, then opens the rest (lots.hpp)
//   once                  a fill is booked once: a repeat of (order, fill) within its book changes nothing
//   exact                 gross profit, cost and fees are exact; a fee's share of a segment is given as a fraction, unrounded
//   conservation          position = bought - sold; realized + unrealized at p = what the trades took in + position worth at p
// Memory is that of the open lots and of seven days of fill ids, never that of the history.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "actors/lots/fill_memory.hpp"
#include "actors/lots/lots.hpp"
#include "messages/written.hpp"
#include "messages/orders.hpp"

namespace tally {

struct BookKey {
  std::string account;
  std::string strategy;
  std::string symbol;
  auto operator<=>(const BookKey&) const = default;
};

struct Trade {
  BookKey key;
  ExecutionId id;              // names the lot that it opens
  std::string order;           // with `fill` what tells a repeat; may be empty
  std::string fill;
  Time at;
  Side side = Side::buy;
  Written<Quantity> quantity;  // > 0
  Written<Price> price;
  Written<Money> fee;          // > 0 is a cost, < 0 a rebate
  std::string currency;
  std::int64_t multiplier = 1;
};

// fee x part / whole.
struct FeeShare {
  Money fee;
  Quantity part;
  Quantity whole;
};

struct Segment {
  TradeMatch match;            // exact; what follows is how to write it
  Written<Quantity> quantity;  // > 0
  Written<Price> opened;
  Written<Price> closed;
  Written<Money> realized;
  FeeShare opening_fee;
  FeeShare closing_fee;
};

// One book's totals.
struct Rollup {
  std::string currency;
  std::int64_t multiplier = 1;
  std::uint64_t trades = 0;
  std::uint64_t matches = 0;
  std::uint64_t winning = 0;   // matches that realized more than zero, before fees
  std::uint64_t losing = 0;
  std::uint64_t zero = 0;
  Written<Money> realized;     // before fees
  Written<Money> fees;         // of all trades, expensed when paid
  Written<Quantity> position;  // signed
  Written<Money> cost;         // sum over the open lots of signed quantity x price x multiplier
  Written<Price> last_price;

  Written<Money> net() const { return realized - fees; }
  Written<Money> unrealized() const { return notional(last_price, position, multiplier) - cost; }
};

// What a trade did.
struct Booked {
  std::vector<Segment> segments;  // oldest lot first
  Written<Quantity> closed;
  Written<Quantity> opened;
  Written<Money> realized;        // before fees
  bool flip = false;              // closed a position and opened one on the other side
  const Rollup* after = nullptr;  // the book's totals, until the next trade
};

struct OpenLot {
  BookKey key;
  Lot lot;
  Written<Quantity> quantity;     // > 0
  Written<Price> price;
};

enum class TradeRefusal {
  fill_changed,        // (order, fill) is known with other content
  currency_changed,    // a book has one currency
  multiplier_changed,  // and one multiplier
};
struct TradeRefused : std::runtime_error {
  TradeRefused(TradeRefusal its_reason, const std::string& text) : std::runtime_error(text), reason(its_reason) {}
  TradeRefusal reason;
};

class TradeBooks {
 public:
  // Books one trade; nothing where it is a repeat. Throws TradeRefused, after which nothing has changed, and
  // DecimalError where a number gets too large, after which these books are of no use.
  std::optional<Booked> book(const Trade& trade);

  // By key. A book that went flat stays, with its totals.
  std::vector<std::pair<BookKey, Rollup>> rollups() const;

  // Oldest first, over all books.
  std::vector<OpenLot> open_lots() const;

 private:
  // What a lot does not know of the trade that opened it.
  struct Opening {
    std::uint64_t number = 0;  // of the trade, counted over all books
    Money fee;
    Quantity whole;
    int quantity_decimals = 0;
    int price_decimals = 0;
  };
  struct Book {
    Rollup total;
    Lots lots;
    std::deque<Opening> openings;  // one a lot, in the same order
    FillMemory seen;
  };

  static void close(Book& book, const Trade& trade, const LotFill& fill, Booked& booked);

  std::map<BookKey, Book> books_;
  std::uint64_t trades_ = 0;
};

}  // namespace tally
