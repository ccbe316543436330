// Sides, tops, mids and hashes of a book, and its bounds.
#include "actors/market_data/order_book.hpp"

#include <rapidcheck.h>

#include <map>

#include "tests/catch.hpp"

using namespace tally;
using namespace tally::market;
using Change = Levels::Change;

namespace {

Price p(std::int64_t whole) { return Price::whole(whole); }
Quantity q(std::int64_t whole) { return Quantity::whole(whole); }

}  // namespace

TEST_CASE("A side keeps its best level first: the highest bid, the lowest ask") {
  Levels bids(BookSide::bid, 10), asks(BookSide::ask, 10);
  for (const int price : {5, 7, 6, 1}) {
    CHECK(bids.set(p(price), q(price)) == Change::added);
    CHECK(asks.set(p(price), q(price)) == Change::added);
  }
  CHECK(bids[0] == Level{p(7), q(7)});
  CHECK(bids[3] == Level{p(1), q(1)});
  CHECK(asks[0] == Level{p(1), q(1)});
  CHECK(asks[3] == Level{p(7), q(7)});
  CHECK(bids.set(p(6), q(60)) == Change::changed);
  CHECK(bids[1] == Level{p(6), q(60)});
  CHECK(bids.set(p(7), Quantity{}) == Change::removed);
  CHECK(bids.set(p(7), Quantity{}) == Change::unknown);
  CHECK(bids[0] == Level{p(6), q(60)});
  CHECK(bids.size() == 3);
}

TEST_CASE("A full side drops its worst level, and is whole in front of the horizon only") {
  Levels bids(BookSide::bid, 3);
  for (const int price : {10, 20, 30}) bids.set(p(price), q(1));
  CHECK_FALSE(bids.horizon());
  CHECK(bids.whole(3));
  CHECK(bids.whole(99));  // there are no more
  CHECK(bids.set(p(5), q(1)) == Change::beyond);  // itself
  CHECK(bids.size() == 3);
  CHECK(bids.horizon() == p(5));
  CHECK(bids.whole(3));
  CHECK_FALSE(bids.whole(4));  // the fourth was dropped
  CHECK(bids.set(p(25), q(2)) == Change::beyond);  // 10 goes
  CHECK(bids[0].price == p(30));
  CHECK(bids[1] == Level{p(25), q(2)});
  CHECK(bids[2].price == p(20));
  CHECK(bids.horizon() == p(10));
  bids.set(p(30), Quantity{});
  bids.set(p(8), q(1));  // room again, but behind a level that was dropped
  CHECK(bids.whole(2));
  CHECK_FALSE(bids.whole(3));
  bids.clear();
  CHECK_FALSE(bids.horizon());
  CHECK(bids.whole(3));
}

TEST_CASE("A level has a price above zero and no quantity below zero") {
  Levels asks(BookSide::ask, 3);
  CHECK_THROWS(asks.set(Price{}, q(1)));
  CHECK_THROWS(asks.set(p(1), -q(1)));
}

TEST_CASE("A side of any history equals a map from prices to quantities, and with a bound its best part") {
  CHECK(rc::check("levels equal a map", [] {
    const auto bound = *rc::gen::inRange<std::size_t>(1, 60);
    const auto side = *rc::gen::element(BookSide::bid, BookSide::ask);
    Levels whole(side, 1'000), bounded(side, bound);
    std::map<std::int64_t, std::int64_t> reference;  // by price, asks turned round
    const std::int64_t sign = side == BookSide::bid ? -1 : 1;
    bool removed = false;  // from then on a bounded side may lack what it dropped
    for (int i = 0; i < 300; ++i) {
      const auto price = *rc::gen::inRange<std::int64_t>(1, 80);
      const auto quantity = *rc::gen::inRange<std::int64_t>(0, 4);
      whole.set(p(price), q(quantity));
      bounded.set(p(price), q(quantity));
      removed = removed || quantity == 0;
      if (quantity == 0) reference.erase(sign * price);
      else reference[sign * price] = quantity;
      RC_ASSERT(whole.size() == reference.size());
      RC_ASSERT(bounded.size() <= bound);
      std::size_t rank = 0;
      for (const auto& [key, amount] : reference) {
        const Level level{p(sign * key), q(amount)};
        RC_ASSERT(whole[rank] == level);
        if (rank < bounded.size() && bounded.whole(rank + 1)) RC_ASSERT(bounded[rank] == level);
        if (!removed && rank < bound) RC_ASSERT(bounded[rank] == level);
        ++rank;
      }
    }
  }));
}

TEST_CASE("States and mids of a book") {
  struct Row {
    int bid, ask;
    BookState state;
    std::optional<Price> mid;
  };
  const Row rows[] = {{0, 0, BookState::missing, {}},          {10, 0, BookState::one_sided, {}},
                      {0, 10, BookState::one_sided, {}},       {10, 13, BookState::two_sided, Price::parse("11.5")},
                      {10, 10, BookState::locked, p(10)},      {11, 10, BookState::crossed, {}}};
  for (const Row& row : rows) {
    CAPTURE(row.bid, row.ask);
    OrderBook book;
    if (row.bid) book.side(BookSide::bid).set(p(row.bid), q(1));
    if (row.ask) book.side(BookSide::ask).set(p(row.ask), q(1));
    CHECK(book.state() == row.state);
    CHECK(book.mid() == row.mid);
    const MidPriceCaptured captured = mid_price(book, ProductId("BTC-USD"), "test", {7});
    CHECK(captured.state == row.state);
    CHECK(captured.bid == p(row.bid));
    CHECK(captured.ask == p(row.ask));
    CHECK(captured.mid == row.mid.value_or(Price{}));
    CHECK(captured.book_hash == book.hash());
    CHECK(captured.at.ns == 7);
  }
}

TEST_CASE("A mid between two units of 1e-9 is rounded down, up to the largest prices") {
  CHECK(middle(Price::from_units(3), Price::from_units(6)) == Price::from_units(4));
  CHECK(middle(Price::from_units(INT64_MAX - 3), Price::from_units(INT64_MAX)) == Price::from_units(INT64_MAX - 2));
}

TEST_CASE("The hash of a book is that of its ten best levels a side, and the same for ever") {
  OrderBook book;
  CHECK(book.hash() == 0x88201FB960FF6465ull);  // FNV-1a of sixteen zero bytes
  const std::uint64_t empty = book.hash();
  for (int i = 1; i <= 12; ++i) {
    book.side(BookSide::bid).set(p(100 - i), q(i));
    book.side(BookSide::ask).set(p(100 + i), q(i));
  }
  const std::uint64_t full = book.hash();
  CHECK(full != empty);
  book.side(BookSide::bid).set(p(89), q(50));  // the eleventh
  CHECK(book.hash() == full);
  book.side(BookSide::bid).set(p(90), q(50));  // the tenth
  CHECK(book.hash() != full);
  book.side(BookSide::bid).set(p(90), q(10));
  CHECK(book.hash() == full);
}
